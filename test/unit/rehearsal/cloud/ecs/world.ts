import * as sdk from '@aws-sdk/client-ecs'
import { ManualAlarms } from '../../../../../rehearsal/cloud/ecs/alarms.ts'
import { createEcs, type EcsDeps } from '../../../../../rehearsal/cloud/ecs/index.ts'
import { createElb, type Elb } from '../../../../../rehearsal/cloud/elb/index.ts'
import type { Caller, Members } from '../../../../../rehearsal/cloud/kernel/call.ts'
import { ManualClock } from '../../../../../rehearsal/cloud/kernel/clock.ts'
import { Journal, type Written } from '../../../../../rehearsal/cloud/kernel/journal.ts'
import { misfits, operationShapes } from '../../../../../rehearsal/cloud/kernel/protocol/shapes.ts'
import { seededRandom } from '../../../../../rehearsal/cloud/kernel/random.ts'
import {
  createSimulatedRuntime,
  loadScenario,
  parseScenario,
  stalenessOf,
} from '../../../../../rehearsal/cloud/runtimes/simulated/index.ts'

export const SECOND = 1_000
export const MINUTE = 60_000

export const caller: Caller = {
  account: '123456789012',
  region: 'eu-west-1',
  accessKeyId: 'AKIAEXAMPLE',
  arn: 'arn:aws:iam::123456789012:user/tester',
  userId: 'AIDAEXAMPLE',
  role: undefined,
}

/** An answer, loosely typed: tests look into it, and `call` has held it to the SDK's shapes already. */
// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is checked by what it expects of it
export type Loose = any

/** A cloud's ECS on the simulated runtime, with real load balancers before it and a clock that the test drives. */
export interface World {
  readonly clock: ManualClock
  readonly journal: Journal
  readonly elb: Elb
  readonly alarms: ManualAlarms
  /** Calls an operation of ECS, and holds the answer to the SDK's own shape. */
  call(operation: string, input?: Members, by?: Caller): Promise<Loose>
  refusal(operation: string, input?: Members): Promise<{ code: string; message: string }>
  /** The service as DescribeServices has it. */
  service(name?: string): Promise<Loose>
  messages(name?: string): string[]
  entries(type: string): readonly Written[]
}

/** @param scenario the name of one of the repository's, or YAML without its description. */
export function world(scenario = 'all-is-well', deps: Partial<EcsDeps> = {}): World {
  const clock = new ManualClock()
  const journal = new Journal(clock)
  const random = seededRandom(1)
  const alarms = new ManualAlarms()
  const isName = /^[\w-]+$/.test(scenario)
  const story = isName ? loadScenario(scenario) : parseScenario(`description: a test\n${scenario}`, 'test.yaml')
  const runtime = createSimulatedRuntime({
    clock,
    random,
    scenario: story,
    setAlarm: (scope, name, inAlarm) => alarms.set(scope, name, inAlarm),
  })
  const elb = createElb({ clock, journal, prober: runtime, network: runtime })
  const ecs = createEcs({
    clock,
    journal,
    runtime,
    targetGroups: elb.targetGroups,
    random,
    alarms,
    staleness: stalenessOf(story),
    ...deps,
  })
  const it: World = {
    clock,
    journal,
    elb,
    alarms,
    async call(operation, input = {}, by = caller) {
      const run = ecs.operations[operation]
      if (run === undefined) throw new Error(`no operation ${operation}`)
      const output = await run(input, by)
      const { output: shape } = operationShapes((sdk as Record<string, unknown>)[`${operation}$`])
      expect(misfits(shape, output)).toEqual([])
      return output
    },
    async refusal(operation, input) {
      try {
        await it.call(operation, input)
      } catch (error) {
        const { code, message } = error as { code: string; message: string }
        return { code, message }
      }
      throw new Error(`${operation} was not refused`)
    },
    service: async (name = 'web') => {
      const { services } = await it.call('DescribeServices', { cluster: 'main', services: [name] })
      return services[0]
    },
    messages: (name = 'web') =>
      journal
        .entries('service-event')
        .filter(({ service }) => String(service).endsWith(`/${name}`))
        .map(({ message }) => String(message)),
    entries: (type) => journal.entries(type),
  }
  return it
}

export const container = (more: Members = {}): Members => ({
  name: 'web',
  image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1',
  portMappings: [{ containerPort: 80 }],
  ...more,
})

/** Registers the next revision of a family that runs on Fargate, and gives `family:revision`. */
export async function register(
  it: World,
  more: Members = {},
  containers: readonly Members[] = [container()],
): Promise<string> {
  const { taskDefinition } = await it.call('RegisterTaskDefinition', {
    family: 'web',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE', 'EC2'],
    executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
    cpu: '256',
    memory: '512',
    containerDefinitions: containers,
    ...more,
  })
  return `${taskDefinition.family}:${taskDefinition.revision}`
}

export const network = { awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'] } }
export const breaker = (rollback: boolean, more: Members = {}) => ({
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback, ...more } },
})

/** A service on Fargate, created but not yet rolled out. */
export async function create(it: World, more: Members = {}): Promise<Loose> {
  await it.call('CreateCluster', { clusterName: 'main' })
  const { service } = await it.call('CreateService', {
    cluster: 'main',
    serviceName: 'web',
    taskDefinition: 'web',
    desiredCount: 2,
    launchType: 'FARGATE',
    networkConfiguration: network,
    ...more,
  })
  return service
}

/** A service that has been rolled out, and is steady. */
export async function steady(it: World, more: Members = {}): Promise<Loose> {
  await register(it)
  await create(it, more)
  await it.clock.advance(5 * MINUTE)
  const service = await it.service()
  expect(service.deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: service.desiredCount }])
  return service
}

/** Registers a new revision and rolls it out; gives the id of the deployment. */
export async function deploy(it: World, more: Members = {}, containers?: readonly Members[]): Promise<string> {
  const taskDefinition = await register(it, {}, containers)
  const { service } = await it.call('UpdateService', { cluster: 'main', service: 'web', taskDefinition, ...more })
  return service.deployments[0].id
}

/** A target group behind a load balancer; gives its ARN. */
export async function targetGroup(it: World, name = 'web', more: Record<string, string> = {}): Promise<string> {
  const call = async (operation: string, input: Members): Promise<Loose> =>
    it.elb.operations[operation]?.(input, caller)
  const { TargetGroups } = await call('CreateTargetGroup', {
    Name: name,
    Protocol: 'HTTP',
    Port: '80',
    VpcId: 'vpc-1',
    TargetType: 'ip',
    ...more,
  })
  const { LoadBalancers } = await call('CreateLoadBalancer', { Name: name, Subnets: ['subnet-a', 'subnet-b'] })
  await call('CreateListener', {
    LoadBalancerArn: LoadBalancers[0].LoadBalancerArn,
    Protocol: 'HTTP',
    Port: '80',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: TargetGroups[0].TargetGroupArn }],
  })
  return TargetGroups[0].TargetGroupArn
}

export const behind = (targetGroupArn: string, containerPort = 80) => ({
  targetGroupArn,
  containerName: 'web',
  containerPort,
})
