// Blue/green, linear and canary deployments, as ECS does them itself.
import type { Members } from '../../../../../../../rehearsal/cloud/kernel/call.ts'
import { behind, caller, deploy, type Loose, MINUTE, SECOND, steady, type World, world } from '../../world.ts'
import { current, native, stages, statuses, until, weights } from './world.ts'

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
