import type { Members } from '../../../../../../../rehearsal/cloud/kernel/call.ts'
import {
  behind,
  caller,
  container,
  create,
  deploy,
  type Loose,
  MINUTE,
  register,
  SECOND,
  steady,
  type World,
  world,
} from '../../world.ts'
import { advanced, blackouts, current, front, native, stages, weights } from './world.ts'

// Blue/green, linear and canary deployments, as ECS does them itself.

const behaviours = `
tasks:
  - { when: { image: ':missing' }, pull: { fails: 'CannotPullContainerError: not found' } }
  - { when: { image: ':sick' }, answers: 500 }
`
const running = (tag: string) => [container({ image: `registry.example/web:${tag}` })]
const statuses = (it: World) => it.entries('service-deployment').map(({ status }) => status)
const until = async (it: World, stage: string) => {
  for (let i = 0; i < 3_600; i++) {
    if ((await current(it)).lifecycleStage === stage) return
    await it.clock.advance(SECOND)
  }
  throw new Error(`never came to ${stage}`)
}
/** In which group each running task is registered, by task definition. */
const registered = (it: World, group: string) =>
  new Set(
    it
      .entries('target')
      .filter(({ targetGroup, to }) => targetGroup === group && to === 'healthy')
      .map(({ target }) => target),
  ).size

describe('blue/green', () => {
  test('runs through its stages, bakes, and removes blue', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    await deploy(it)
    await until(it, 'BAKE_TIME')
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    expect((await it.service()).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', runningCount: 2 },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
    ])
    expect(await current(it)).toMatchObject({
      status: 'IN_PROGRESS',
      targetServiceRevision: {
        ...{ requestedTaskCount: 2, runningTaskCount: 2, pendingTaskCount: 0 },
        ...{ requestedProductionTrafficWeight: 100, requestedTestTrafficWeight: 100 },
      },
      sourceServiceRevisions: [
        {
          ...{ requestedTaskCount: 2, runningTaskCount: 2 },
          ...{ requestedProductionTrafficWeight: 0, requestedTestTrafficWeight: 0 },
        },
      ],
    })
    await it.clock.advance(100 * SECOND)
    expect((await current(it)).lifecycleStage).toBe('BAKE_TIME')
    await it.clock.advance(2 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'SUCCESSFUL',
      lifecycleStage: 'CLEAN_UP',
      targetServiceRevision: { runningTaskCount: 2 },
      sourceServiceRevisions: [{ requestedTaskCount: 0, runningTaskCount: 0 }],
    })
    expect((await it.service()).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED' }])
    expect(stages(it)).toEqual([
      'PRE_SCALE_UP 0/0',
      'SCALE_UP 0/0',
      'POST_SCALE_UP 0/0',
      'TEST_TRAFFIC_SHIFT 0/100',
      'POST_TEST_TRAFFIC_SHIFT 0/100',
      'PRE_PRODUCTION_TRAFFIC_SHIFT 0/100',
      'PRODUCTION_TRAFFIC_SHIFT 100/100',
      'POST_PRODUCTION_TRAFFIC_SHIFT 100/100',
      'BAKE_TIME 100/100',
      'CLEAN_UP 100/100',
      'CLEAN_UP 100/100',
    ])
  })

  test('registers green in the other target group, alternating each time', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    expect([registered(it, made.blue), registered(it, made.green)]).toEqual([2, 0])
    await deploy(it)
    await it.clock.advance(10 * MINUTE)
    expect([registered(it, made.blue), registered(it, made.green)]).toEqual([2, 2])
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    await deploy(it)
    await until(it, 'TEST_TRAFFIC_SHIFT')
    expect(await weights(it, made, made.test)).toEqual([100, 0])
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    await it.clock.advance(10 * MINUTE)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(registered(it, made.blue)).toBe(4)
    const { targetServiceRevision } = await current(it)
    const { serviceRevisions } = await it.call('DescribeServiceRevisions', {
      serviceRevisionArns: [targetServiceRevision.arn],
    })
    expect(serviceRevisions[0].resolvedConfiguration).toEqual({
      loadBalancers: [{ targetGroupArn: made.blue, productionListenerRule: made.production }],
    })
  })

  test('the first deployment shifts at once and does not bake', async () => {
    const it = world()
    await native(it, { strategy: 'CANARY', bakeTimeInMinutes: 60 })
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
    const shifts = it
      .entries('service-deployment')
      .filter(({ lifecycleStage }) => lifecycleStage === 'PRODUCTION_TRAFFIC_SHIFT')
    expect(shifts).toHaveLength(1)
  })

  test('a rolling update stays in the live target groups', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it)
    await it.clock.advance(10 * MINUTE)
    await deploy(it, { deploymentConfiguration: { strategy: 'ROLLING' } })
    await it.clock.advance(10 * MINUTE)
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
    expect((await current(it)).lifecycleStage).toBeUndefined()
    expect([registered(it, made.blue), registered(it, made.green)]).toEqual([2, 4])
    expect(await weights(it, made, made.production)).toEqual([0, 100])
  })

  test('without a load balancer no traffic is shifted', async () => {
    const it = world()
    await steady(it, { deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 } })
    await deploy(it)
    await until(it, 'BAKE_TIME')
    const { targetServiceRevision } = await current(it)
    expect(targetServiceRevision).not.toHaveProperty('requestedProductionTrafficWeight')
    await it.clock.advance(5 * MINUTE)
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
  })

  test('with a desired count of 0 completes without a task', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    await it.call('UpdateService', { cluster: 'main', service: 'web', desiredCount: 0 })
    await it.clock.advance(MINUTE)
    await deploy(it)
    await it.clock.advance(10 * MINUTE)
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
    expect(await weights(it, made, made.production)).toEqual([0, 100])
  })

  test('blue keeps its tasks while green starts, also when a task fails', async () => {
    const it = world()
    await native(it, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 })
    await deploy(it)
    await until(it, 'BAKE_TIME')
    const blue = (await it.service()).deployments[1]
    const { taskArns } = await it.call('ListTasks', { cluster: 'main', serviceName: 'web' })
    const { tasks } = await it.call('DescribeTasks', { cluster: 'main', tasks: taskArns })
    const old = tasks.find(({ startedBy }: { startedBy: string }) => startedBy === blue.id)
    await it.call('StopTask', { cluster: 'main', task: old.taskArn })
    await it.clock.advance(MINUTE)
    expect((await it.service()).deployments[1]).toMatchObject({ id: blue.id, runningCount: 2 })
  })
})

describe('steps', () => {
  const shiftsOf = (it: World, rule: string) =>
    it
      .entries('traffic-shift')
      .filter((entry) => entry['rule'] === rule)
      .map(({ weights: each }) => Object.values(each as Record<string, number>))

  test('linear: equal steps with a bake between them, none after the last', async () => {
    const it = world()
    const made = await native(it, {
      ...{ strategy: 'LINEAR', bakeTimeInMinutes: 0 },
      linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 3 },
    })
    const begun = it.clock.now()
    await deploy(it)
    await until(it, 'CLEAN_UP')
    expect(shiftsOf(it, made.production).slice(-4)).toEqual([
      [100, 0],
      [60, 40],
      [20, 80],
      [0, 100],
    ])
    expect(stages(it).filter((stage) => stage.startsWith('PRE_PRODUCTION'))).toEqual([
      'PRE_PRODUCTION_TRAFFIC_SHIFT 0/100',
      'PRE_PRODUCTION_TRAFFIC_SHIFT 40/100',
      'PRE_PRODUCTION_TRAFFIC_SHIFT 80/100',
    ])
    const took = it.clock.now() - begun
    expect(took).toBeGreaterThan(6 * MINUTE)
    expect(took).toBeLessThan(9 * MINUTE)
  })

  test('canary: a small share first, in tenths of a per cent', async () => {
    const it = world()
    const made = await native(it, {
      ...{ strategy: 'CANARY', bakeTimeInMinutes: 0 },
      canaryConfiguration: { canaryPercent: 0.5, canaryBakeTimeInMinutes: 4 },
    })
    await deploy(it)
    await until(it, 'PRODUCTION_TRAFFIC_SHIFT')
    expect(await weights(it, made, made.production)).toEqual([995, 5])
    expect((await current(it)).targetServiceRevision.requestedProductionTrafficWeight).toBe(0.5)
    await it.clock.advance(10 * MINUTE)
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
  })

  test("missing settings get AWS's defaults", async () => {
    const it = world()
    await native(it, { strategy: 'LINEAR' })
    expect((await it.service()).deploymentConfiguration.linearConfiguration).toEqual({
      stepPercent: 10,
      stepBakeTimeInMinutes: 6,
    })
    await it.call('UpdateService', {
      ...{ cluster: 'main', service: 'web' },
      deploymentConfiguration: { strategy: 'CANARY' },
    })
    const { canaryConfiguration, linearConfiguration } = (await it.service()).deploymentConfiguration
    expect([canaryConfiguration, linearConfiguration]).toEqual([
      { canaryPercent: 5, canaryBakeTimeInMinutes: 10 },
      undefined,
    ])
  })
})

test("behind a Network Load Balancer the listener's default action shifts", async () => {
  const it = world()
  const elb = async (operation: string, input: object) =>
    (await it.elb.operations[operation]?.(input as Members, caller)) as Loose
  const group = async (Name: string) => {
    const made = { Name, Protocol: 'TCP', Port: '80', VpcId: 'vpc-1', TargetType: 'ip' }
    return (await elb('CreateTargetGroup', made)).TargetGroups[0].TargetGroupArn
  }
  const [blue, green] = [await group('blue'), await group('green')]
  const { LoadBalancers } = await elb('CreateLoadBalancer', { Name: 'nlb', Type: 'network', Subnets: ['a', 'b'] })
  const { Listeners } = await elb('CreateListener', {
    ...{ LoadBalancerArn: LoadBalancers[0].LoadBalancerArn, Protocol: 'TCP', Port: '80' },
    DefaultActions: [{ Type: 'forward', TargetGroupArn: blue }],
  })
  const [{ ListenerArn }] = Listeners
  const advancedConfiguration = {
    ...{ alternateTargetGroupArn: green, productionListenerRule: ListenerArn },
    roleArn: 'arn:aws:iam::123456789012:role/ecs-load-balancers',
  }
  await steady(it, {
    loadBalancers: [{ ...behind(blue), advancedConfiguration }],
    deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 },
  })
  await deploy(it)
  await it.clock.advance(15 * MINUTE)
  expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
  const shifts = it.entries('traffic-shift').map(({ weights: given }) => given)
  expect(shifts.at(-1)).toEqual({ [blue]: 0, [green]: 100 })
  // There is no test listener, so there is no test traffic to tell of.
  expect((await current(it)).targetServiceRevision).not.toHaveProperty('requestedTestTrafficWeight')
})

describe('rollback', () => {
  const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } }

  test('by the circuit breaker, before any traffic is shifted', async () => {
    const it = world(behaviours)
    const made = await native(it, { strategy: 'BLUE_GREEN', ...breaker })
    await deploy(it, {}, running('missing'))
    await it.clock.advance(10 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
      lifecycleStage: 'CLEAN_UP',
      deploymentCircuitBreaker: { status: 'TRIGGERED' },
    })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(stages(it)).not.toContainEqual(expect.stringMatching(/TRAFFIC/))
    expect(await it.service()).toMatchObject({ taskDefinition: expect.stringMatching(/web:1$/), runningCount: 2 })
  })

  test('by an alarm during the bake time: traffic returns at once, green is removed later', async () => {
    const it = world()
    const made = await native(it, {
      ...{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 },
      alarms: { alarmNames: ['errors'], enable: true, rollback: true },
    })
    await deploy(it)
    await until(it, 'BAKE_TIME')
    it.alarms.set({ account: '123456789012', region: 'eu-west-1' }, 'errors', true)
    await it.clock.advance(2 * SECOND)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await current(it)).toMatchObject({
      ...{ status: 'ROLLBACK_IN_PROGRESS', lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT' },
      targetServiceRevision: { runningTaskCount: 2, requestedProductionTrafficWeight: 0 },
      sourceServiceRevisions: [{ runningTaskCount: 2, requestedProductionTrafficWeight: 100 }],
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['errors'] },
    })
    await it.clock.advance(2 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      targetServiceRevision: { runningTaskCount: 0 },
    })
    expect(await weights(it, made, made.test)).toEqual([100, 0])
    expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 2 }])
  })

  test.each([
    ['PRE_SCALE_UP'],
    ['SCALE_UP'],
    ['TEST_TRAFFIC_SHIFT'],
    ['PRODUCTION_TRAFFIC_SHIFT'],
    ['BAKE_TIME'],
    ['CLEAN_UP'],
  ])('StopServiceDeployment at %s', async (stage) => {
    const it = world()
    const made = await native(it, { strategy: 'CANARY' })
    await deploy(it)
    await until(it, stage)
    if (stage === 'CLEAN_UP') await it.clock.advance(3 * SECOND)
    const { serviceDeploymentArn } = await current(it)
    await it.call('StopServiceDeployment', { serviceDeploymentArn, stopType: 'ROLLBACK' })
    await it.clock.advance(5 * MINUTE)
    expect((await current(it)).status).toBe('ROLLBACK_SUCCESSFUL')
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await it.service()).toMatchObject({
      ...{ taskDefinition: expect.stringMatching(/web:1$/), runningCount: 2 },
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
    })
    const next = await deploy(it)
    await it.clock.advance(30 * MINUTE)
    expect((await it.service()).deployments).toMatchObject([{ id: next, rolloutState: 'COMPLETED' }])
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    expect(blackouts(it, made)).toEqual([])
  })

  test('without rollback nothing changes', async () => {
    const it = world(behaviours)
    const made = await native(it, {
      ...{ strategy: 'BLUE_GREEN' },
      deploymentCircuitBreaker: { enable: true, rollback: false },
    })
    const id = await deploy(it, {}, running('sick'))
    await it.clock.advance(10 * MINUTE)
    expect((await current(it)).status).toBe('STOPPED')
    expect((await it.service()).deployments).toMatchObject([
      { id, status: 'PRIMARY', rolloutState: 'FAILED' },
      { status: 'ACTIVE', runningCount: 2 },
    ])
    expect(await weights(it, made, made.production)).toEqual([100, 0])
  })

  test('a new deployment over a running one first shifts traffic back and reconciles', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 })
    await deploy(it)
    await until(it, 'BAKE_TIME')
    await deploy(it)
    await it.clock.advance(2 * SECOND)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await current(it)).toMatchObject({ lifecycleStage: 'RECONCILE_SERVICE', status: 'IN_PROGRESS' })
    await until(it, 'SCALE_UP')
    expect((await it.service()).deployments).toHaveLength(2)
    await it.clock.advance(30 * MINUTE)
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
    expect(await it.service()).toMatchObject({ taskDefinition: expect.stringMatching(/web:3$/), runningCount: 2 })
    expect(await weights(it, made, made.production)).toEqual([0, 100])
  })

  test('a new deployment over one in CLEAN_UP treats that one as live', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it)
    await until(it, 'CLEAN_UP')
    await it.clock.advance(3 * SECOND)
    await deploy(it)
    await until(it, 'SCALE_UP')
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    await it.clock.advance(30 * MINUTE)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(blackouts(it, made)).toEqual([])
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
  })

  test('a first deployment has no rollback', async () => {
    const it = world(behaviours)
    const made = await front(it)
    await register(it, {}, running('missing'))
    await create(it, {
      loadBalancers: [{ ...behind(made.blue), advancedConfiguration: advanced(made) }],
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0, ...breaker },
    })
    await it.clock.advance(10 * MINUTE)
    expect(statuses(it).at(-1)).toBe('ROLLBACK_FAILED')
  })
})

describe('PAUSE hooks', () => {
  const paused = (lifecycleStages: string[], timeoutConfiguration?: object) => ({
    strategy: 'BLUE_GREEN',
    lifecycleHooks: [
      { targetType: 'PAUSE', lifecycleStages, ...(timeoutConfiguration ? { timeoutConfiguration } : {}) },
    ],
  })
  /** A service whose next deployment pauses; its first one did not. */
  async function pausing(it: World, configuration: object) {
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it, { deploymentConfiguration: configuration })
    return made
  }
  const goOn = (it: World, serviceDeploymentArn: string, hookId: string, action?: string) =>
    it.call('ContinueServiceDeployment', { serviceDeploymentArn, hookId, ...(action ? { action } : {}) })

  test('the deployment waits for ContinueServiceDeployment', async () => {
    const it = world()
    const made = await pausing(it, paused(['POST_TEST_TRAFFIC_SHIFT']))
    await it.clock.advance(30 * MINUTE)
    const waiting = await current(it)
    expect(waiting).toMatchObject({
      ...{ status: 'IN_PROGRESS', lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' },
      lifecycleHookDetails: [
        {
          ...{ hookId: expect.stringMatching(/^ecs-pause-[\w-]{43}$/), targetType: 'PAUSE' },
          ...{ status: 'AWAITING_ACTION', timeoutAction: 'ROLLBACK', expiresAt: expect.any(Date) },
        },
      ],
    })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await weights(it, made, made.test)).toEqual([0, 100])
    const [{ hookId }] = waiting.lifecycleHookDetails
    await goOn(it, waiting.serviceDeploymentArn, hookId)
    await it.clock.advance(10 * MINUTE)
    expect(await current(it)).toMatchObject({ status: 'SUCCESSFUL', lifecycleHookDetails: [{ status: 'SUCCEEDED' }] })
    expect(it.entries('lifecycle-hook').map(({ status }) => status)).toEqual(['AWAITING_ACTION', 'SUCCEEDED'])
    const code = await it.refusal('ContinueServiceDeployment', {
      serviceDeploymentArn: waiting.serviceDeploymentArn,
      hookId,
    })
    expect(code).toMatchObject({ code: 'InvalidParameterException' })
  })

  test('ROLLBACK rolls back', async () => {
    const it = world()
    const made = await pausing(it, paused(['POST_PRODUCTION_TRAFFIC_SHIFT']))
    await it.clock.advance(5 * MINUTE)
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    const { serviceDeploymentArn, lifecycleHookDetails } = await current(it)
    await goOn(it, serviceDeploymentArn, lifecycleHookDetails[0].hookId, 'ROLLBACK')
    await it.clock.advance(3 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      rollback: { reason: expect.stringContaining('lifecycle hook') },
    })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
  })

  test.each([
    ['ROLLBACK', 'ROLLBACK_SUCCESSFUL'],
    ['CONTINUE', 'SUCCESSFUL'],
  ])('a time-out with %s ends %s', async (action, status) => {
    const it = world()
    await pausing(it, paused(['PRE_SCALE_UP'], { timeoutInMinutes: 30, action }))
    await it.clock.advance(29 * MINUTE)
    expect(await current(it)).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'PRE_SCALE_UP' })
    await it.clock.advance(15 * MINUTE)
    expect(await current(it)).toMatchObject({ status, lifecycleHookDetails: [{ status: 'TIMED_OUT' }] })
  })

  test('each step has its own pause', async () => {
    const it = world()
    await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it, {
      deploymentConfiguration: {
        ...{ ...paused(['PRE_PRODUCTION_TRAFFIC_SHIFT']), strategy: 'LINEAR' },
        linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
      },
    })
    for (const production of [0, 50]) {
      await it.clock.advance(5 * MINUTE)
      const { serviceDeploymentArn, lifecycleHookDetails, targetServiceRevision } = await current(it)
      expect(targetServiceRevision.requestedProductionTrafficWeight).toBe(production)
      await goOn(it, serviceDeploymentArn, lifecycleHookDetails.at(-1).hookId, 'CONTINUE')
    }
    await it.clock.advance(10 * MINUTE)
    const { status, lifecycleHookDetails } = await current(it)
    expect([status, lifecycleHookDetails.length]).toEqual(['SUCCESSFUL', 2])
  })

  test('a stop during a pause rolls back', async () => {
    const it = world()
    await pausing(it, paused(['POST_SCALE_UP']))
    await it.clock.advance(5 * MINUTE)
    const { serviceDeploymentArn, lifecycleHookDetails } = await current(it)
    await it.call('StopServiceDeployment', { serviceDeploymentArn })
    await it.clock.advance(3 * MINUTE)
    expect((await current(it)).status).toBe('ROLLBACK_SUCCESSFUL')
    const { hookId } = lifecycleHookDetails[0]
    expect(await it.refusal('ContinueServiceDeployment', { serviceDeploymentArn, hookId })).toMatchObject({
      code: 'InvalidParameterException',
    })
  })

  test('an unknown service deployment is refused', async () => {
    const it = world()
    expect(
      await it.refusal('ContinueServiceDeployment', { serviceDeploymentArn: 'arn:nothing', hookId: 'x' }),
    ).toMatchObject({ code: 'ServiceDeploymentNotFoundException' })
  })
})

describe('refused', () => {
  const hook = (more: object) => ({
    ...{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 },
    lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRE_SCALE_UP'], ...more }],
  })
  test.each([
    [{ strategy: 'BLUE_GREEN' }, 'bakeTimeInMinutes must be specified with the BLUE_GREEN strategy.'],
    [{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1441 }, 'bakeTimeInMinutes must be between 0 and 1440.'],
    [
      { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } },
      'stepPercent must be a multiple of 0.1 from 3.0 to 100.0.',
    ],
    [
      { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.25 } },
      'canaryPercent must be a multiple of 0.1 from 0.1 to 100.0.',
    ],
    [{ linearConfiguration: { stepPercent: 10 } }, 'linearConfiguration is only valid with the LINEAR strategy.'],
    [
      hook({ targetType: 'AWS_LAMBDA' }),
      'The rehearsal cloud does not simulate lifecycle hooks of type AWS_LAMBDA (only PAUSE).',
    ],
    [
      hook({ targetType: undefined }),
      'The rehearsal cloud does not simulate lifecycle hooks of type AWS_LAMBDA (only PAUSE).',
    ],
    [
      hook({ lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'] }),
      'PAUSE hooks cannot be configured at the PRODUCTION_TRAFFIC_SHIFT stage.',
    ],
    [hook({ timeoutConfiguration: { timeoutInMinutes: 0 } }), 'timeoutInMinutes must be between 1 and 20160.'],
    [
      { ...hook({}), strategy: 'ROLLING' },
      'The rehearsal cloud does not simulate deployment lifecycle hooks of rolling updates.',
    ],
  ])('%j', async (deploymentConfiguration, message) => {
    const it = world()
    const made = await front(it)
    await register(it)
    await it.call('CreateCluster', { clusterName: 'main' })
    const loadBalancers = [{ ...behind(made.blue), advancedConfiguration: advanced(made) }]
    const refusal = create(it, { deploymentConfiguration, loadBalancers })
    await expect(refusal).rejects.toMatchObject({ message })
  })

  test.each([
    [{ advancedConfiguration: undefined }, /^advancedConfiguration must be specified/],
    [{ alternateTargetGroupArn: 'arn:nothing' }, /alternateTargetGroupArn 'arn:nothing'/],
    [{ productionListenerRule: 'arn:nothing' }, /listener rule 'arn:nothing' does not exist/],
    [{ roleArn: undefined }, /roleArn must be specified/],
  ])('load balancers with %j', async (more, message) => {
    const it = world()
    const made = await front(it)
    await register(it)
    const advancedConfiguration =
      'advancedConfiguration' in more ? undefined : JSON.parse(JSON.stringify({ ...advanced(made), ...more }))
    const refusal = create(it, {
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 },
      loadBalancers: [{ ...behind(made.blue), ...(advancedConfiguration ? { advancedConfiguration } : {}) }],
    })
    await expect(refusal).rejects.toMatchObject({ message: expect.stringMatching(message) })
  })

  test('linear and canary without a load balancer', async () => {
    const it = world()
    await register(it)
    await expect(create(it, { deploymentConfiguration: { strategy: 'LINEAR' } })).rejects.toMatchObject({
      message: 'The LINEAR strategy needs a load balancer to shift traffic with.',
    })
  })
})

describe('other controllers', () => {
  test('a CODE_DEPLOY service has a task set in place of deployments', async () => {
    const it = world()
    await register(it)
    await create(it, { deploymentController: { type: 'CODE_DEPLOY' } })
    await it.clock.advance(2 * MINUTE)
    expect(await it.service()).toMatchObject({
      ...{ deploymentController: { type: 'CODE_DEPLOY' }, deployments: [], runningCount: 2 },
      taskSets: [{ status: 'PRIMARY', runningCount: 2, stabilityStatus: 'STEADY_STATE' }],
    })
    const { serviceDeployments } = await it.call('ListServiceDeployments', { cluster: 'main', service: 'web' })
    expect(serviceDeployments).toEqual([])
    const update = { cluster: 'main', service: 'web' }
    const next = await register(it)
    expect(await it.refusal('UpdateService', { ...update, taskDefinition: next })).toEqual({
      code: 'InvalidParameterException',
      message:
        'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    })
    expect(await it.refusal('UpdateService', { ...update, forceNewDeployment: true })).toMatchObject({
      message: expect.stringContaining('Cannot force a new deployment on services with a CODE_DEPLOY'),
    })
    await it.call('UpdateService', { ...update, desiredCount: 3 })
    await it.clock.advance(2 * MINUTE)
    expect((await it.service()).runningCount).toBe(3)
  })

  test('an EXTERNAL service starts no tasks', async () => {
    const it = world()
    await it.call('CreateCluster', { clusterName: 'main' })
    await it.call('CreateService', {
      ...{ cluster: 'main', serviceName: 'web', desiredCount: 2 },
      deploymentController: { type: 'EXTERNAL' },
    })
    const service = await it.service()
    expect(service).toMatchObject({ deploymentController: { type: 'EXTERNAL' }, deployments: [], taskSets: [] })
    expect(service).not.toHaveProperty('taskDefinition')
    const taskDefinition = await register(it)
    expect(await it.refusal('UpdateService', { cluster: 'main', service: 'web', taskDefinition })).toMatchObject({
      message: expect.stringContaining('services with an EXTERNAL deployment controller'),
    })
  })
})
