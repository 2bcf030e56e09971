import type { Target } from '../../../../../../rehearsal/cloud/interfaces.ts'
import { answered, caller, stack, targetGroup, world } from '../world.ts'

const seconds = 1_000
const one: Target = { id: '10.0.0.1', port: 8080 }
const fast = {
  HealthCheckIntervalSeconds: 10,
  HealthCheckTimeoutSeconds: 5,
  HealthyThresholdCount: 3,
  UnhealthyThresholdCount: 2,
}

async function setup(group = fast) {
  const it = world()
  const made = await stack(it, group)
  const health = () => it.elb.targetGroups.health(caller, made.targetGroupArn, one)
  return { it, ...made, health, register: () => it.elb.targetGroups.register(caller, made.targetGroupArn, one) }
}

test('a new target is initial, then healthy after its first passed check', async () => {
  const { it, health, register } = await setup()
  register()
  expect(health()).toEqual({
    state: 'initial',
    reason: 'Elb.RegistrationInProgress',
    description: 'Target registration is in progress',
  })
  await it.clock.advance(2 * seconds)
  expect(health()).toEqual({ state: 'healthy' })
  expect(it.healthStory()).toEqual(['undefined → initial', 'initial → initial', 'initial → healthy'])
  expect(it.targetEntries()[1]).toMatchObject({
    reason: 'Elb.InitialHealthChecking',
    description: 'Initial health checks in progress',
  })
})

test("checks with the target group's settings and interval", async () => {
  const { it, targetGroupArn } = await setup()
  await it.call('ModifyTargetGroup', {
    TargetGroupArn: targetGroupArn,
    HealthCheckPath: '/healthz',
    HealthCheckPort: '9090',
  })
  it.elb.targetGroups.register(caller, targetGroupArn, one)
  await it.clock.advance(31 * seconds)
  expect(it.probes).toHaveLength(4)
  expect(it.probes[0]).toEqual({
    target: { id: '10.0.0.1', port: 9090 },
    request: { protocol: 'HTTP', path: '/healthz', timeoutMs: 5_000 },
  })
})

test('a target that never passes is unhealthy after the unhealthy threshold, and says why', async () => {
  const { it, health, register } = await setup()
  it.answer = () => answered(500)
  register()
  await it.clock.advance(2 * seconds)
  expect(health()?.state).toBe('initial')
  await it.clock.advance(10 * seconds)
  expect(health()).toEqual({
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [500]',
  })
  it.answer = () => ({ outcome: 'timed-out' })
  await it.clock.advance(10 * seconds)
  expect(health()).toEqual({ state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' })
  it.answer = () => ({ outcome: 'refused' })
  await it.clock.advance(10 * seconds)
  expect(health()).toEqual({
    state: 'unhealthy',
    reason: 'Target.FailedHealthChecks',
    description: 'Health checks failed',
  })
})

test('one failure leaves a target healthy; recovery takes the healthy threshold', async () => {
  const { it, health, register } = await setup()
  register()
  await it.clock.advance(2 * seconds)
  it.answer = () => answered(503)
  await it.clock.advance(10 * seconds)
  expect(health()).toEqual({ state: 'healthy' })
  await it.clock.advance(10 * seconds)
  expect(health()?.state).toBe('unhealthy')
  it.answer = () => answered(200)
  await it.clock.advance(20 * seconds)
  expect(health()?.state).toBe('unhealthy')
  await it.clock.advance(10 * seconds)
  expect(health()).toEqual({ state: 'healthy' })
})

test('a failure between successes resets the count', async () => {
  const { it, health, register } = await setup()
  register()
  await it.clock.advance(2 * seconds)
  for (const status of [500, 200, 500, 200, 500, 200]) {
    it.answer = () => answered(status)
    await it.clock.advance(10 * seconds)
  }
  expect(health()).toEqual({ state: 'healthy' })
})

test('the matcher decides which status codes pass', async () => {
  const { it, targetGroupArn, health, register } = await setup()
  await it.call('ModifyTargetGroup', { TargetGroupArn: targetGroupArn, Matcher: { HttpCode: '200-299,302' } })
  it.answer = () => answered(302)
  register()
  await it.clock.advance(2 * seconds)
  expect(health()).toEqual({ state: 'healthy' })
  it.answer = () => answered(301)
  await it.clock.advance(20 * seconds)
  expect(health()?.description).toBe('Health checks failed with these codes: [301]')
})

test('a deregistered target drains for its delay and is then removed', async () => {
  const { it, targetGroupArn, health, register } = await setup()
  await it.call('ModifyTargetGroupAttributes', {
    TargetGroupArn: targetGroupArn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
  })
  register()
  await it.clock.advance(2 * seconds)
  const probes = it.probes.length
  it.elb.targetGroups.deregister(caller, targetGroupArn, one)
  expect(health()).toEqual({
    state: 'draining',
    reason: 'Target.DeregistrationInProgress',
    description: 'Target deregistration is in progress',
  })
  await it.clock.advance(19 * seconds)
  expect(health()?.state).toBe('draining')
  await it.clock.advance(1 * seconds)
  expect(health()).toBeUndefined()
  expect(it.probes).toHaveLength(probes)
  expect(it.healthStory().slice(-2)).toEqual(['healthy → draining', 'draining → deregistered'])
})

test('a target that is registered again while draining starts as initial', async () => {
  const { it, targetGroupArn, health, register } = await setup()
  register()
  await it.clock.advance(2 * seconds)
  it.elb.targetGroups.deregister(caller, targetGroupArn, one)
  await it.clock.advance(2 * seconds)
  register()
  expect(health()?.reason).toBe('Elb.RegistrationInProgress')
  await it.clock.advance(400 * seconds)
  expect(health()).toEqual({ state: 'healthy' })
})

test('a pending check of a deregistered target has no effect', async () => {
  const it = world()
  const { targetGroupArn } = await stack(it, fast)
  it.answer = () => {
    it.elb.targetGroups.deregister(caller, targetGroupArn, one)
    return answered(200)
  }
  it.elb.targetGroups.register(caller, targetGroupArn, one)
  await it.clock.advance(60 * seconds)
  expect(it.elb.targetGroups.health(caller, targetGroupArn, one)?.state).toBe('draining')
  expect(it.probes).toHaveLength(1)
})

test('targets of a group without a rule are unused and not checked', async () => {
  const it = world()
  const arn = await targetGroup(it, 'idle')
  expect(it.elb.targetGroups.find(caller, arn)).toMatchObject({ name: 'idle', targetType: 'ip', inUse: false })
  it.elb.targetGroups.register(caller, arn, one)
  await it.clock.advance(60 * seconds)
  expect(it.probes).toEqual([])
  expect((await it.call('DescribeTargetHealth', { TargetGroupArn: arn })).TargetHealthDescriptions).toEqual([
    {
      Target: { Id: '10.0.0.1', Port: 8080 },
      HealthCheckPort: '8080',
      TargetHealth: {
        State: 'unused',
        Reason: 'Target.NotInUse',
        Description: 'Target group is not configured to receive traffic from the load balancer',
      },
    },
  ])
  it.elb.targetGroups.deregister(caller, arn, one)
  expect(it.elb.targetGroups.health(caller, arn, one)).toBeUndefined()
})

test('health checks run while a rule forwards to the group', async () => {
  const { it, listenerArn } = await setup()
  const green = await targetGroup(it, 'green', fast)
  it.elb.targetGroups.register(caller, green, one)
  const health = () => it.elb.targetGroups.health(caller, green, one)
  const rule = await it.call('CreateRule', {
    ListenerArn: listenerArn,
    Priority: 10,
    Conditions: [{ Field: 'path-pattern', Values: ['/green/*'] }],
    Actions: [{ Type: 'forward', TargetGroupArn: green }],
  })
  expect(it.elb.targetGroups.find(caller, green)?.inUse).toBe(true)
  await it.clock.advance(2 * seconds)
  expect(health()).toEqual({ state: 'healthy' })
  await it.call('DeleteRule', { RuleArn: rule.Rules[0].RuleArn })
  expect(health()?.reason).toBe('Target.NotInUse')
  const probes = it.probes.length
  await it.clock.advance(60 * seconds)
  expect(it.probes).toHaveLength(probes)
})

test('notifies ECS of every change, until it unsubscribes', async () => {
  const { it, targetGroupArn, register } = await setup()
  const told: unknown[] = []
  const stop = it.elb.targetGroups.onChange((scope, arn, target, health) => {
    told.push([scope.account, arn === targetGroupArn, target.id, health?.state])
  })
  register()
  await it.clock.advance(2 * seconds)
  expect(told).toEqual([
    ['123456789012', true, '10.0.0.1', 'initial'],
    ['123456789012', true, '10.0.0.1', 'initial'],
    ['123456789012', true, '10.0.0.1', 'healthy'],
  ])
  stop()
  it.elb.targetGroups.deregister(caller, targetGroupArn, one)
  expect(told).toHaveLength(3)
})

test('a target that was never registered is reported as unused', async () => {
  const { it, targetGroupArn } = await setup()
  const { TargetHealthDescriptions } = await it.call('DescribeTargetHealth', {
    TargetGroupArn: targetGroupArn,
    Targets: [{ Id: '10.9.9.9' }],
  })
  expect(TargetHealthDescriptions[0].TargetHealth).toEqual({
    State: 'unused',
    Reason: 'Target.NotRegistered',
    Description: 'Target is not registered to the target group',
  })
})

test('checks thousands of groups, each target by a timer of its own', async () => {
  const it = world()
  const groups = 2_000
  const { listenerArn } = await stack(it)
  const arns: string[] = []
  for (let i = 0; i < groups; i += 1) {
    const arn = await targetGroup(it, `group-${i}`, fast)
    arns.push(arn)
    const Conditions = [{ Field: 'path-pattern', Values: [`/${i}`] }]
    const Actions = [{ Type: 'forward', TargetGroupArn: arn }]
    await it.elb.operations['CreateRule']?.(
      { ListenerArn: listenerArn, Priority: `${i + 1}`, Conditions, Actions },
      caller,
    )
    it.elb.targetGroups.register(caller, arn, one)
  }
  await it.clock.advance(2 * seconds)
  expect(it.probes).toHaveLength(groups)
  await it.clock.advance(10 * seconds)
  expect(it.probes).toHaveLength(2 * groups)
  expect(arns.every((arn) => it.elb.targetGroups.health(caller, arn, one)?.state === 'healthy')).toBe(true)
})
