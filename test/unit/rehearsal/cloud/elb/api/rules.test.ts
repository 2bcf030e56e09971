import { stack, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('lists rules by priority, the default rule last', async () => {
  const { listenerArn, targetGroupArn } = await stack(it)
  const rule = (Priority: number) => ({
    ListenerArn: listenerArn,
    Priority,
    Conditions: [{ Field: 'path-pattern', Values: [`/${Priority}`] }],
    Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  })
  const twenty = (await it.call('CreateRule', rule(20))).Rules[0]
  await it.call('CreateRule', rule(10))
  const order = async () =>
    (await it.call('DescribeRules', { ListenerArn: listenerArn })).Rules.map(
      (one: { Priority: string }) => one.Priority,
    )
  expect(await order()).toEqual(['10', '20', 'default'])
  expect(await it.refusal('CreateRule', rule(10))).toEqual({
    code: 'PriorityInUse',
    message: "Priority '10' is currently in use",
  })
  await it.call('SetRulePriorities', { RulePriorities: [{ RuleArn: twenty.RuleArn, Priority: 5 }] })
  expect(await order()).toEqual(['5', '10', 'default'])
  const { Rules } = await it.call('DescribeRules', { ListenerArn: listenerArn })
  const standard = Rules.at(-1).RuleArn
  expect(await it.refusal('DeleteRule', { RuleArn: standard })).toEqual({
    code: 'OperationNotPermitted',
    message: `Default rule '${standard}' cannot be deleted`,
  })
})

test.each([
  [{ Conditions: [] }, 'ValidationError'],
  [{ Conditions: [{ Field: 'color', Values: ['red'] }] }, 'ValidationError'],
  [{ Conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/33'] } }] }, 'ValidationError'],
  [{ Conditions: [{ Field: 'path-pattern', Values: ['/a', '/b'] }] }, 'ValidationError'],
  [{ Conditions: [{ Field: 'path-pattern', RegexValues: ['^/a'] }] }, 'UnsupportedOperation'],
  [{ Actions: [{ Type: 'authenticate-oidc' }] }, 'UnsupportedOperation'],
  [{ Actions: [{ Type: 'forward', TargetGroupArn: 'arn:none' }] }, 'TargetGroupNotFound'],
  [{ Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '302' } }] }, 'ValidationError'],
  [{ Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }] }, 'InvalidLoadBalancerAction'],
  [{ Priority: 50_001 }, 'ValidationError'],
])('refuses the rule %j', async (wrong, code) => {
  const { listenerArn, targetGroupArn } = await stack(it)
  const good = {
    ListenerArn: listenerArn,
    Priority: 1,
    Conditions: [{ Field: 'path-pattern', Values: ['/'] }],
    Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  }
  expect((await it.refusal('CreateRule', { ...good, ...wrong })).code).toBe(code)
  expect((await it.call('DescribeRules', { ListenerArn: listenerArn })).Rules).toHaveLength(1)
})

test('returns each kind of condition as it was given', async () => {
  const { listenerArn, targetGroupArn } = await stack(it)
  const Conditions = [
    { Field: 'host-header', HostHeaderConfig: { Values: ['*.example.com'] } },
    { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Canary', Values: ['yes'] } },
    { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2' }, { Value: 'any' }] } },
    { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } },
  ]
  const { Rules } = await it.call('CreateRule', {
    ListenerArn: listenerArn,
    Priority: 1,
    Conditions,
    Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  })
  expect(Rules[0].Conditions).toEqual([{ ...Conditions[0], Values: ['*.example.com'] }, ...Conditions.slice(1)])
})
