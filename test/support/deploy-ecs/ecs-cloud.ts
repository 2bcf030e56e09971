// The rehearsal's ECS and ELB in this process. Their time passes only while the action sleeps, so ten minutes take
// milliseconds, and each run is the same.
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceRequest,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { Accounts } from '../../../rehearsal/cloud/accounts/accounts.ts'
import { stsOperations } from '../../../rehearsal/cloud/accounts/sts.ts'
import { createAutoscaling } from '../../../rehearsal/cloud/autoscaling/index.ts'
import { ManualAlarms } from '../../../rehearsal/cloud/ecs/alarms.ts'
import { createEcs } from '../../../rehearsal/cloud/ecs/index.ts'
import { createElb } from '../../../rehearsal/cloud/elb/index.ts'
import { environmentOf } from '../../../rehearsal/cloud/environment.ts'
import { faults, firstOf } from '../../../rehearsal/cloud/faults.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { FrontDoor } from '../../../rehearsal/cloud/kernel/front-door.ts'
import { Journal } from '../../../rehearsal/cloud/kernel/journal.ts'
import { jsonService } from '../../../rehearsal/cloud/kernel/protocol/json.ts'
import { queryService } from '../../../rehearsal/cloud/kernel/protocol/query.ts'
import { seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import { Server } from '../../../rehearsal/cloud/kernel/server.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import {
  createSimulatedRuntime,
  parseScenario,
  type Scenario,
} from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { stalenessOf } from '../../../rehearsal/cloud/runtimes/simulated/scenario.ts'
import type { Staleness } from '../../../rehearsal/cloud/staleness.ts'
import { throttling } from '../../../rehearsal/cloud/throttling.ts'
import { type Clock, throwIfCancelled } from '../../../toolkit/clock.ts'
import { besides } from './aws-beside-ecs.ts'

export interface EcsCloud {
  readonly env: Readonly<Record<string, string>>
  readonly journal: Journal
  readonly alarms: ManualAlarms
  readonly clock: ManualClock
  /** The cloud's time, for an action: sleeping is what makes it pass. */
  readonly actionClock: Clock
  readonly ecs: ECSClient
  readonly elb: ElasticLoadBalancingV2Client
  /** Turns the scenario's faults of calls on or off. They are off while a test sets up its services. */
  arm(on?: boolean): void
  /** Called first for each call. A test may replace it at any time. */
  intercept: Intercept
  close(): Promise<void>
}

const SCOPE = { account: '123456789012', region: 'eu-west-1' }

/** The tag of an image decides what its tasks do. */
export const BY_TAG = `
description: the image's tag says how a task behaves
instances: { count: 4 }
tasks:
  - { when: { image: ':crash' }, exit: { after: 500ms, code: 1 } }
  - { when: { image: ':late-crash' }, exit: { after: 50s, code: 1 } }
  - { when: { image: ':oom' }, exit: { after: 500ms, code: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' } }
  - { when: { image: ':missing' }, pull: { fails: 'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref example.com/web:missing: not found' } }
  - { when: { image: ':no-secret' }, start: { fails: 'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: AccessDeniedException' } }
  - { when: { image: ':sick' }, answers: 500 }
  - { when: { image: ':mute' }, answers: timed-out }
  - { when: { image: ':no-room' }, noCapacity: true }
  - { when: { image: ':slow' }, start: { takes: 90s } }
  - { when: { image: ':exit-0' }, exit: { after: 5s, code: 0 } }
  - { when: { image: ':exit-3' }, exit: { after: 5s, code: 3 } }
`

export async function startEcsCloud(
  options: { readonly seed?: number; readonly staleness?: Staleness; readonly scenario?: string | Scenario } = {},
): Promise<EcsCloud> {
  const clock = new ManualClock()
  const journal = new Journal(clock)
  const accounts = new Accounts(clock, SCOPE.account)
  const { scenario: given = BY_TAG } = options
  const scenario = typeof given === 'string' ? parseScenario(given, 'test.yaml') : given
  const random = seededRandom(options.seed ?? 1)
  const alarms = new ManualAlarms()
  const runtime = createSimulatedRuntime({
    clock,
    random,
    scenario,
    setAlarm: (scope, name, inAlarm) => alarms.set(scope, name, inAlarm),
  })
  const elb = createElb({ clock, journal, prober: runtime, network: runtime })
  const ecs = createEcs({
    clock,
    journal,
    runtime,
    targetGroups: elb.targetGroups,
    alarms,
    random,
    staleness: options.staleness ?? stalenessOf(scenario),
  })
  const services = {
    sts: queryService('https://sts.amazonaws.com/doc/2011-06-15/', stsOperations(accounts, clock)),
    ecs: jsonService(ecs.operations),
    'application-autoscaling': createAutoscaling({ clock, hasService: ecs.hasService }),
    ...besides(),
    elasticloadbalancing: queryService('http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/', elb.operations),
  }
  const actionClock = passing(clock)
  const frontDoor = new FrontDoor({
    // Time passes while an answer is late, as it does while the action sleeps.
    clock: {
      now: () => clock.now(),
      after(ms, task) {
        void actionClock.sleep(ms).then(task)
        return { cancel: () => undefined }
      },
    },
    journal,
    intercept: (call) => (armed ? firstOf(cloud.intercept, ...troubles)(call) : cloud.intercept(call)),
    service: (name) => {
      const service = services[name as keyof typeof services]
      if (service === undefined) throw new Error(`This cloud has no ${name}.`)
      return service
    },
    identify: (signature, { protocol }) => {
      if (signature === undefined) throw new Error('Every call here is signed.')
      return accounts.identify(signature, protocol)
    },
  })
  let armed = false
  const troubles = [
    faults(scenario.faults as never, { random, expire: (account) => void accounts.expire(account) }),
    ...(scenario.throttle ? [throttling(clock)] : []),
  ]
  const server = new Server([frontDoor])
  await server.listen('127.0.0.1', 0)
  const env = environmentOf({
    url: `http://127.0.0.1:${server.port}`,
    ...SCOPE,
    datadog: { apiKey: 'x', appKey: 'x' },
  } as never)
  const config = {
    region: SCOPE.region,
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: SCOPE.account, secretAccessKey: 'x' },
  }
  const cloud: EcsCloud = {
    env,
    journal,
    alarms,
    clock,
    actionClock,
    ecs: new ECSClient(config),
    elb: new ElasticLoadBalancingV2Client(config),
    intercept: () => undefined,
    arm(on = true) {
      armed = on
    },
    async close() {
      cloud.ecs.destroy()
      cloud.elb.destroy()
      await ecs.close()
      await elb.close()
      await server.close()
    },
  }
  return cloud
}

/** Sleepers wait for each other, so that two that sleep at once do not make time pass twice. */
function passing(clock: ManualClock): Clock {
  let last: Promise<void> = Promise.resolve()
  return {
    now: () => clock.now(),
    sleep(ms, signal) {
      const until = clock.now() + ms
      last = last
        .catch(() => undefined)
        .then(async () => {
          throwIfCancelled(signal)
          if (until > clock.now()) await clock.advance(until - clock.now())
          throwIfCancelled(signal)
        })
      return last
    },
  }
}

/** Where a service can be made: clients, and a way to let time pass until it is steady. */
export interface Stage extends Pick<EcsCloud, 'ecs' | 'elb'> {
  readonly clock: { advance(ms: number): Promise<void> }
}

export interface StackOptions {
  readonly name?: string
  readonly cluster?: string
  readonly image?: string
  readonly bridged?: boolean
  readonly desiredCount?: number
  readonly balanced?: boolean
  readonly taskDefinition?: Partial<RegisterTaskDefinitionRequest>
  readonly service?: Partial<CreateServiceRequest>
  /** False leaves it as it is the moment it was made. */
  readonly settled?: boolean
}

/** A cluster with a service behind a load balancer, as Terraform would make it, steady. Gives the service's ARN. */
export async function makeService(cloud: Stage, options: StackOptions = {}): Promise<string> {
  const {
    name = 'web',
    cluster = 'production',
    image = 'example.com/web:ok',
    desiredCount = 2,
    balanced = true,
    bridged = false,
  } = options
  await cloud.ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await cloud.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      networkMode: bridged ? 'bridge' : 'awsvpc',
      requiresCompatibilities: [bridged ? 'EC2' : 'FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: `arn:aws:iam::${SCOPE.account}:role/execution`,
      containerDefinitions: [{ name: 'app', image, essential: true, portMappings: [{ containerPort: 80 }] }],
      ...options.taskDefinition,
    }),
  )
  const { service } = await cloud.ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: name,
      taskDefinition: name,
      desiredCount,
      launchType: bridged ? 'EC2' : 'FARGATE',
      ...(bridged
        ? {}
        : { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } } }),
      ...(balanced
        ? {
            loadBalancers: [
              { targetGroupArn: await makeTargetGroup(cloud, name, bridged), containerName: 'app', containerPort: 80 },
            ],
          }
        : {}),
      ...options.service,
    }),
  )
  if (options.settled !== false) await cloud.clock.advance(300_000)
  return service?.serviceArn ?? ''
}

/** A target group that a listener of its own load balancer forwards to. */
export async function makeTargetGroup(cloud: Stage, name: string, bridged = false): Promise<string> {
  const { TargetGroups } = await cloud.elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-00000000',
      TargetType: bridged ? 'instance' : 'ip',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
    }),
  )
  const targetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  // Old tasks drain for 300 s by default. A deploy watches all of it, and then makes seven times as many calls.
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }]
  await cloud.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn, Attributes }))
  const { LoadBalancers } = await cloud.elb.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-1', 'subnet-2'] }),
  )
  await cloud.elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn ?? '',
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  )
  return targetGroupArn
}
