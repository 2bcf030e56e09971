// Services with the deployment strategy BLUE_GREEN, LINEAR or CANARY. Verdicts are compared with the journal.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  type DeploymentConfiguration,
  DeregisterTaskDefinitionCommand,
  DescribeServiceDeploymentsCommand,
  type DescribeServicesCommandOutput,
  type DescribeTasksCommandOutput,
  ListServiceDeploymentsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {
  DescribeTargetHealthCommand,
  type DescribeTargetHealthCommandInput,
  type DescribeTargetHealthCommandOutput,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { awsClients, type Connect } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { loadScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { makeNativeService, type NativeFront } from '../../support/deploy-ecs/blue-green-service.ts'
import { callsOf, revisionIn, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { type Deployed, deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud
beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const MINUTE = 60_000
const BLUE_GREEN: DeploymentConfiguration = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 }
const LINEAR: DeploymentConfiguration = {
  ...{ strategy: 'LINEAR', bakeTimeInMinutes: 1 },
  linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 },
}
const CANARY: DeploymentConfiguration = {
  ...{ strategy: 'CANARY', bakeTimeInMinutes: 1 },
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 },
}
const NEXT = { image: 'example.com/web:next' }

/** The journal's statuses of the service deployment in the action's output. */
const truth = (done: Deployed) => records(done).at(-1)?.['status']
const records = (done: Deployed) =>
  cloud.journal
    .entries('service-deployment')
    .filter((entry) => entry['serviceDeploymentArn'] === done.outputs['service-deployment-arn'])
/** The newest service deployment. */
const current = async () => {
  const of = { cluster: 'production', service: 'web' }
  const { serviceDeployments } = await cloud.ecs.send(new ListServiceDeploymentsCommand(of))
  const arn = serviceDeployments?.[0]?.serviceDeploymentArn ?? ''
  const described = await cloud.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }))
  return described.serviceDeployments?.[0] ?? {}
}
/** The last weights of production traffic, blue and green. */
const production = ({ blue, green, productionRule }: NativeFront) => {
  const last = cloud.journal.entries('traffic-shift').findLast(({ rule }) => rule === productionRule)
  const weights = last?.['weights'] as Record<string, number>
  return [weights[blue], weights[green]]
}
const stageLines = (done: Deployed) =>
  done.log.flatMap((line) => /^Service deployment IN_PROGRESS at stage (.*)$/.exec(line)?.[1] ?? [])

/** Clients whose answers a test changes. */
const changing =
  (change: (answer: object, input: object) => void): Connect =>
  (config) => {
    const clients = awsClients(config)
    for (const { middlewareStack } of [clients.ecs, clients.elb] as Pick<EcsCloud['ecs'], 'middlewareStack'>[]) {
      middlewareStack.add(
        (next) => async (args) => {
          const answer = await next(args)
          change(answer.output, args.input)
          return answer
        },
        { step: 'initialize' },
      )
    }
    return clients
  }

describe('a deploy that succeeds', () => {
  test.each([
    ['BLUE_GREEN', BLUE_GREEN, [0, 100]],
    ['LINEAR', LINEAR, [0, 25, 50, 75, 100]],
    ['CANARY', CANARY, [0, 10, 100]],
  ])('%s is watched to its end, with each stage in the log once', async (_, configuration, shares) => {
    const front = await makeNativeService(cloud, configuration)
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], done.error, truth(done)]).toEqual(['succeeded', undefined, 'SUCCESSFUL'])
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(1)
    expect(production(front)).toEqual([0, 100])
    expect((await serviceIn(cloud))?.deployments).toHaveLength(1)
    // The log has what the journal has, in its order, and nothing twice.
    const told = stageLines(done)
    const journal = records(done)
      .filter(({ status }) => status === 'IN_PROGRESS')
      .map(
        ({ lifecycleStage, productionTraffic }) =>
          `${lifecycleStage} with ${productionTraffic} % of the production traffic`,
      )
    expect(told).toEqual(journal)
    expect([...new Set(records(done).map(({ productionTraffic }) => productionTraffic))]).toEqual(shares)
    expect(done.log).toContain('Service deployment SUCCESSFUL at stage CLEAN_UP with 100 % of the production traffic')
  })

  test('twice: the target groups swap, and only the one with the new revision counts', async () => {
    const front = await makeNativeService(cloud, BLUE_GREEN)
    await deploy(cloud, NEXT)
    const done = await deploy(cloud, { image: 'example.com/web:ok2' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect(production(front)).toEqual([100, 0])
    const targets = done.log.filter((line) => line.startsWith('Target '))
    expect(targets.length).toBeGreaterThan(0)
    for (const line of targets) expect(line).toContain(' in web-blue ')
  })

  test('works without a load balancer', async () => {
    await makeService(cloud, { balanced: false, service: { deploymentConfiguration: BLUE_GREEN } })
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect(stageLines(done)).toContain('BAKE_TIME')
  })

  test('gives the same verdict where the service deployment may not be read', async () => {
    await makeNativeService(cloud, BLUE_GREEN)
    await cloud.close()
    cloud = await startEcsCloud({
      scenario: "description: denied\nfaults:\n  - { fault: access-denied, action: '*ServiceDeployments' }",
    })
    await makeNativeService(cloud, BLUE_GREEN)
    cloud.arm()
    const done = await deploy(cloud, NEXT)
    cloud.arm(false)
    expect(done.outputs['verdict']).toBe('succeeded')
    expect((await current()).status).toBe('SUCCESSFUL')
  })

  test.each(['next', 'sick'])('that ECS shows no rollout state of (%s) comes to the same verdict', async (tag) => {
    await makeNativeService(cloud, BLUE_GREEN)
    const connect = changing((answer: Partial<DescribeServicesCommandOutput>) => {
      for (const { deployments = [] } of answer.services ?? []) {
        for (const deployment of deployments) {
          delete deployment.rolloutState
          delete deployment.rolloutStateReason
        }
      }
    })
    const done = await deploy(cloud, { image: `example.com/web:${tag}` }, { connect })
    expect([done.outputs['verdict'], truth(done)]).toEqual(
      tag === 'next' ? ['succeeded', 'SUCCESSFUL'] : ['rolled-back', 'ROLLBACK_SUCCESSFUL'],
    )
  })

  test('keeps the strategy of the service when it sets alarms', async () => {
    await makeNativeService(cloud, CANARY)
    const done = await deploy(cloud, { ...NEXT, alarms: 'errors' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect((await serviceIn(cloud))?.deploymentConfiguration).toMatchObject({
      ...CANARY,
      alarms: { alarmNames: ['errors'], enable: true, rollback: true },
    })
  })
})

describe('wait-for', () => {
  test('started ends when all green tasks run, before traffic shifts', async () => {
    const front = await makeNativeService(cloud, BLUE_GREEN)
    const done = await deploy(cloud, { ...NEXT, 'wait-for': 'started' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'IN_PROGRESS'])
    expect(production(front)).toEqual([100, 0])
    expect((await current()).targetServiceRevision?.runningTaskCount).toBe(2)
  })

  test('bake adds nothing to the bake of ECS', async () => {
    await makeNativeService(cloud, BLUE_GREEN)
    const healthy = await deploy(cloud, NEXT)
    const baked = await deploy(cloud, { image: 'example.com/web:ok2', 'wait-for': 'bake', 'bake-time': '20m' })
    expect([baked.outputs['verdict'], truth(baked)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect(Math.abs(Number(baked.outputs['duration']) - Number(healthy.outputs['duration']))).toBeLessThan(60)
  })

  test('a time-out shorter than the strategy takes is refused before anything is changed', async () => {
    await makeNativeService(cloud, { ...LINEAR, linearConfiguration: { stepPercent: 10, stepBakeTimeInMinutes: 6 } })
    const done = await deploy(cloud, { ...NEXT, timeout: '55m' })
    expect(done.error).toContain(
      '`timeout` is 55 min, but service `production/web` deploys LINEAR: shifting traffic and baking alone take 55 min.',
    )
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(1)
    const started = await deploy(cloud, { ...NEXT, timeout: '5m', 'wait-for': 'started' })
    expect(started.outputs['verdict']).toBe('succeeded')
  })
})

describe('a deploy that fails', () => {
  const breaker = (rollback: boolean) => ({ deploymentCircuitBreaker: { enable: true, rollback } })

  test.each(['missing', 'sick', 'crash'])('by %s is rolled back before it gets any traffic', async (tag) => {
    const front = await makeNativeService(cloud, CANARY)
    const done = await deploy(cloud, { image: `example.com/web:${tag}` })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(done.error).toContain('Rolled back to web:1, which is healthy.')
    expect(new Set(records(done).map(({ productionTraffic }) => productionTraffic))).toEqual(new Set([0]))
    expect([await revisionIn(cloud), production(front), (await serviceIn(cloud))?.runningCount]).toEqual([
      'web:1',
      [100, 0],
      2,
    ])
  })

  test('after it got traffic gives the traffic back', async () => {
    await cloud.close()
    cloud = await startEcsCloud({
      scenario: "description: it fades\ntasks:\n  - { when: { image: ':fading' }, sickAfter: 90s }",
    })
    const front = await makeNativeService(cloud, { ...BLUE_GREEN, bakeTimeInMinutes: 10 })
    const done = await deploy(cloud, { image: 'example.com/web:fading' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(records(done).map(({ productionTraffic }) => productionTraffic)).toContain(100)
    expect([await revisionIn(cloud), production(front)]).toEqual(['web:1', [100, 0]])
  })

  test("by ECS's circuit breaker says so", async () => {
    await makeNativeService(cloud, { ...BLUE_GREEN, ...breaker(true) })
    const done = await deploy(cloud, { image: 'example.com/web:missing', 'max-failed-tasks': '100' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(done.error?.split('\n')[0]).toMatch(
      /ECS's circuit breaker rolled the service back to web:1: \d × CannotPullContainerError: /,
    )
  })

  test('by an alarm while the canary has its share names the alarm', async () => {
    await cloud.close()
    cloud = await startEcsCloud({ scenario: loadScenario('canary-alarm') })
    const alarms = { alarmNames: ['canary-5xx'], enable: true, rollback: true }
    const canaryConfiguration = { canaryPercent: 10, canaryBakeTimeInMinutes: 5 }
    const front = await makeNativeService(cloud, { ...CANARY, canaryConfiguration, alarms })
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(done.error).toContain('alarm canary-5xx went off.')
    expect(new Set(records(done).map(({ productionTraffic }) => productionTraffic))).toEqual(new Set([0, 10]))
    expect([await revisionIn(cloud), production(front)]).toEqual(['web:1', [100, 0]])
  })

  test('because somebody stops it in the console', async () => {
    const front = await makeNativeService(cloud, LINEAR)
    cloud.clock.after(2 * MINUTE, async () => {
      const { serviceDeploymentArn } = await current()
      await cloud.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }))
    })
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(done.error).toContain('because of a user request')
    expect(production(front)).toEqual([100, 0])
  })

  test('with on-failure: stop leaves traffic and tasks as they are', async () => {
    const front = await makeNativeService(cloud, BLUE_GREEN)
    const done = await deploy(cloud, { image: 'example.com/web:sick', 'on-failure': 'stop' })
    await cloud.clock.advance(MINUTE)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['failed', 'STOPPED'])
    expect(done.error).toContain('The deployment was stopped and left as it is.')
    expect(production(front)).toEqual([100, 0])
  })

  test('with on-failure: leave is red, and ECS continues', async () => {
    await makeNativeService(cloud, BLUE_GREEN)
    const done = await deploy(cloud, { image: 'example.com/web:sick', 'on-failure': 'leave' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['failed', 'IN_PROGRESS'])
    expect(callsOf(cloud, 'StopServiceDeployment')).toHaveLength(0)
  })

  test('because somebody deploys over it', async () => {
    await makeNativeService(cloud, LINEAR)
    cloud.clock.after(2 * MINUTE, async () => {
      const over = { cluster: 'production', service: 'web', taskDefinition: 'web:1', forceNewDeployment: true }
      await cloud.ecs.send(new UpdateServiceCommand(over))
    })
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['superseded', 'STOPPED'])
  })

  test('because the tasks run another image', async () => {
    const [shipped, other] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]
    await makeNativeService(cloud, BLUE_GREEN)
    const running = changing((answer: Partial<DescribeTasksCommandOutput>) => {
      for (const { containers = [] } of answer.tasks ?? []) {
        for (const container of containers) Object.assign(container, { imageDigest: other, image: 'web' })
      }
    })
    const image = `example.com/web@${shipped}`
    const done = await deploy(cloud, { image, 'on-failure': 'leave' }, { connect: running })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['failed', 'SUCCESSFUL'])
    expect(done.error).toContain('do not run the image that was deployed')
  })

  test('although the other target group has healthy targets', async () => {
    const front = await makeNativeService(cloud, BLUE_GREEN)
    // Somebody registers the addresses of the new tasks by hand where production traffic no longer goes.
    cloud.clock.after(30_000, async () => {
      const addresses = cloud.journal.entries('target').filter(({ targetGroup }) => targetGroup === front.green)
      const Targets = [...new Set(addresses.map(({ target }) => String(target)))].map((Id) => ({ Id, Port: 80 }))
      await cloud.elb.send(new RegisterTargetsCommand({ TargetGroupArn: front.blue, Targets }))
    })
    // They fail in their own group, at a moment when ECS has already looked.
    const connect = changing((answer: Partial<DescribeTargetHealthCommandOutput>, input) => {
      if ((input as DescribeTargetHealthCommandInput).TargetGroupArn !== front.green) return
      for (const entry of answer.TargetHealthDescriptions ?? []) entry.TargetHealth = { State: 'unhealthy' }
    })
    const done = await deploy(cloud, { ...NEXT, timeout: '5m', 'on-failure': 'leave' }, { connect })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['timed-out', 'SUCCESSFUL'])
    expect(done.error).toContain('in web-green is unhealthy')
    const others = await cloud.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: front.blue }))
    const states = others.TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State)
    expect(states).toEqual(['healthy', 'healthy'])
  })
})

describe('a PAUSE hook', () => {
  const pausing = (more: object = {}): DeploymentConfiguration => ({
    ...BLUE_GREEN,
    lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'], ...more }],
  })
  /** A service that pauses from its second deployment on. */
  async function makePausing(configuration: DeploymentConfiguration) {
    const front = await makeNativeService(cloud, BLUE_GREEN)
    const update = { cluster: 'production', service: 'web', deploymentConfiguration: configuration }
    await cloud.ecs.send(new UpdateServiceCommand(update))
    return front
  }
  const hookLines = (done: Deployed) => done.log.filter((line) => line.startsWith('The lifecycle hook '))
  const answer = async (action: 'CONTINUE' | 'ROLLBACK') => {
    const { serviceDeploymentArn, lifecycleHookDetails } = await current()
    const hookId = lifecycleHookDetails?.at(-1)?.hookId
    await cloud.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action }))
  }

  test('is logged once, with its stage, the command that continues, and its end', async () => {
    await makePausing(pausing({ timeoutConfiguration: { timeoutInMinutes: 60 } }))
    cloud.clock.after(3 * MINUTE, () => answer('CONTINUE'))
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect(hookLines(done)).toHaveLength(1)
    expect(hookLines(done)[0]).toMatch(
      /^The lifecycle hook ecs-pause-[\w-]+ at stage POST_TEST_TRAFFIC_SHIFT waits for an answer: `aws ecs continue-service-deployment --region eu-west-1 --service-deployment-arn arn:\S+ --hook-id ecs-pause-\S+ --action CONTINUE` \(or ROLLBACK\), until \d{4}-\S+Z\.$/,
    )
  })

  test('continues with the command from the log', async () => {
    await makePausing(pausing())
    const cancellation = new AbortController()
    cloud.clock.after(2 * MINUTE, () => cancellation.abort())
    const left = await deploy(cloud, { ...NEXT, 'on-cancel': 'leave' }, { signal: cancellation.signal })
    const [, command = ''] = /`aws (.*?)`/.exec(hookLines(left)[0] ?? '') ?? []
    await promisify(execFile)('aws', command.split(' '), { env: { ...process.env, ...cloud.env } })
    await cloud.clock.advance(10 * MINUTE)
    expect(await current()).toMatchObject({ status: 'SUCCESSFUL', lifecycleHookDetails: [{ status: 'SUCCEEDED' }] })
  })

  test('without an answer times out, with the hook in the reason', async () => {
    const front = await makePausing(pausing())
    const done = await deploy(cloud, { ...NEXT, timeout: '5m' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(done.error).toContain('Not done after 5 min.')
    expect(done.error).toMatch(
      /Still waiting: lifecycle hook ecs-pause-\S+ at stage POST_TEST_TRAFFIC_SHIFT, which waits for an answer/,
    )
    expect(production(front)).toEqual([100, 0])
  })

  test.each([
    ['answered with ROLLBACK', undefined, 'lifecycle hook that was answered with ROLLBACK'],
    ['whose own time-out ends', { timeoutConfiguration: { timeoutInMinutes: 3 } }, 'a lifecycle hook timed out'],
  ])('%s is rolled back by ECS', async (_, more, reason) => {
    await makePausing(pausing(more))
    if (more === undefined) cloud.clock.after(2 * MINUTE, () => answer('ROLLBACK'))
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['rolled-back', 'ROLLBACK_SUCCESSFUL'])
    expect(done.error).toContain(reason)
  })

  test('at each step is logged each time', async () => {
    await makePausing({
      ...{ ...pausing({ lifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT'] }), strategy: 'LINEAR' },
      linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
    })
    for (const at of [2, 4]) cloud.clock.after(at * MINUTE, () => answer('CONTINUE'))
    const done = await deploy(cloud, NEXT)
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect(new Set(hookLines(done)).size).toBe(2)
  })
})

describe('cancelled', () => {
  const cancelled = async (afterMs: number, inputs: Record<string, string> = {}) => {
    const cancellation = new AbortController()
    cloud.clock.after(afterMs, () => cancellation.abort())
    return deploy(cloud, { ...NEXT, ...inputs }, { signal: cancellation.signal })
  }

  test.each([
    ['while green comes up', 10_000],
    ['between two steps', 2 * MINUTE],
    ['while it bakes', 5 * MINUTE],
  ])('%s is rolled back with its traffic', async (_, afterMs) => {
    const front = await makeNativeService(cloud, { ...LINEAR, bakeTimeInMinutes: 10 })
    const done = await cancelled(afterMs)
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(done.error).toContain('Service `production/web` is being rolled back to web:1 by ECS.')
    await cloud.clock.advance(10 * MINUTE)
    expect([(await current()).status, await revisionIn(cloud), production(front)]).toEqual([
      'ROLLBACK_SUCCESSFUL',
      'web:1',
      [100, 0],
    ])
  })

  test('with on-cancel: leave continues', async () => {
    const front = await makeNativeService(cloud, LINEAR)
    const done = await cancelled(2 * MINUTE, { 'on-cancel': 'leave' })
    expect(done.outputs['verdict']).toBe('cancelled')
    await cloud.clock.advance(30 * MINUTE)
    expect([(await current()).status, production(front)]).toEqual(['SUCCESSFUL', [0, 100]])
  })
})

describe('command: rollback', () => {
  test('deploys the previous revision with the strategy of the service', async () => {
    const front = await makeNativeService(cloud, CANARY)
    await deploy(cloud, NEXT)
    const done = await deploy(cloud, { command: 'rollback' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect(stageLines(done).join('\n')).toContain('PRODUCTION_TRAFFIC_SHIFT with 10 %')
    expect([await revisionIn(cloud), production(front)]).toEqual(['web:1', [100, 0]])
  })
})

describe('command: rollback of a deployment in progress', () => {
  const underWay = async () => {
    const front = await makeNativeService(cloud, { ...LINEAR, bakeTimeInMinutes: 10 })
    await deploy(cloud, { ...NEXT, 'wait-for': 'started' })
    await cloud.clock.advance(2 * MINUTE)
    return front
  }

  test('has ECS give the traffic back at once, and checks that it is healthy', async () => {
    const front = await underWay()
    expect(production(front)[1]).toBeGreaterThan(0)
    const done = await deploy(cloud, { command: 'rollback' })
    expect([done.outputs['verdict'], (await current()).status]).toEqual(['succeeded', 'ROLLBACK_SUCCESSFUL'])
    expect([await revisionIn(cloud), production(front)]).toEqual(['web:1', [100, 0]])
    // Not by a deployment of its own, for which new tasks would have to start.
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(1)
    expect(Number(done.outputs['duration'])).toBeLessThan(120)
    expect(done.log.join('\n')).toContain('Deploying web:1 to production/web')
  })

  test('does so where the previous revision was deregistered, and registers nothing', async () => {
    const front = await underWay()
    await cloud.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    const registered = callsOf(cloud, 'RegisterTaskDefinition').length
    const done = await deploy(cloud, { command: 'rollback' })
    expect([done.outputs['verdict'], (await current()).status]).toEqual(['succeeded', 'ROLLBACK_SUCCESSFUL'])
    expect([await revisionIn(cloud), production(front)]).toEqual(['web:1', [100, 0]])
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(1)
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(registered)
  })

  test('registers a deregistered revision again where ECS does not roll back', async () => {
    await underWay()
    await cloud.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    const error = new AwsError('AccessDeniedException', 'not authorized')
    const liveState = new Map<string, string>()
    let saved = ''
    cloud.intercept = ({ action }) => {
      if (action === 'UpdateService') saved = [...liveState.values()].join()
      return action === 'StopServiceDeployment' ? { error } : undefined
    }
    const done = await deploy(cloud, { command: 'rollback' }, { liveState })
    expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
    // A step that is killed now leaves to its post step which revision it deploys.
    expect(saved).toContain('task-definition/web:3')
    expect(await revisionIn(cloud)).toBe('web:3')
    expect(done.outputs['task-definition-arn']).toContain('web:3')
    expect(done.log.join('\n')).toContain('web:1 was deregistered')
  })

  test('that ECS rolls back already is watched, and goes no further back', async () => {
    const front = await underWay()
    await deploy(cloud, { command: 'rollback', 'wait-for': 'none' })
    expect((await current()).status).toBe('ROLLBACK_IN_PROGRESS')
    const done = await deploy(cloud, { command: 'rollback' })
    expect([done.outputs['verdict'], done.error, (await current()).status]).toEqual([
      'succeeded',
      undefined,
      'ROLLBACK_SUCCESSFUL',
    ])
    expect([await revisionIn(cloud), production(front)]).toEqual(['web:1', [100, 0]])
  })

  test('with other changes starts a deployment of its own', async () => {
    const front = await underWay()
    const done = await deploy(cloud, { command: 'rollback', 'desired-count': '3' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['succeeded', 'SUCCESSFUL'])
    expect([await revisionIn(cloud), (await serviceIn(cloud))?.runningCount, production(front)]).toEqual([
      'web:1',
      3,
      [0, 100],
    ])
    expect(callsOf(cloud, 'StopServiceDeployment')).toHaveLength(0)
  })

  test('is not refused for its duration', async () => {
    await makeNativeService(cloud, LINEAR)
    await deploy(cloud, NEXT)
    const done = await deploy(cloud, { command: 'rollback', timeout: '2m' })
    expect([done.outputs['verdict'], truth(done)]).toEqual(['timed-out', 'IN_PROGRESS'])
    await cloud.clock.advance(15 * MINUTE)
    expect([(await current()).status, await revisionIn(cloud)]).toEqual(['SUCCESSFUL', 'web:1'])
  })
})

describe('other deployment controllers', () => {
  test.each(['CODE_DEPLOY', 'EXTERNAL'] as const)('%s: a clear error before anything is changed', async (type) => {
    if (type === 'CODE_DEPLOY') await makeService(cloud, { service: { deploymentController: { type } } })
    else {
      await cloud.ecs.send(new CreateClusterCommand({ clusterName: 'production' }))
      await cloud.ecs.send(
        new CreateServiceCommand({
          ...{ cluster: 'production', serviceName: 'web', desiredCount: 2, deploymentController: { type } },
        }),
      )
    }
    for (const inputs of [NEXT, { command: 'verify', ...NEXT }, { command: 'rollback' }]) {
      const done = await deploy(cloud, inputs)
      expect(done.error).toContain(
        `Service \`production/web\` has the deployment controller ${type}, which this action does not support.`,
      )
      expect(done.error).toContain(
        type === 'CODE_DEPLOY' ? 'Change the service to the ECS deployment controller' : 'deploy with that tool',
      )
    }
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
    expect(callsOf(cloud, 'RegisterTaskDefinition')).toHaveLength(type === 'CODE_DEPLOY' ? 1 : 0)
  })

  test('circuit-breaker is refused for these strategies', async () => {
    await makeNativeService(cloud, BLUE_GREEN)
    const done = await deploy(cloud, { ...NEXT, 'circuit-breaker': 'rollback' })
    expect(done.error).toContain('`circuit-breaker` is set, but service `production/web` deploys BLUE_GREEN.')
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })
})
