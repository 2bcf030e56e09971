import { caller, stack, targetGroup, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('returns a forward action in both forms, with weights', async () => {
  const { loadBalancerArn, targetGroupArn } = await stack(it)
  const { Listeners } = await it.call('DescribeListeners', { LoadBalancerArn: loadBalancerArn })
  expect(Listeners[0].DefaultActions).toEqual([
    {
      Type: 'forward',
      TargetGroupArn: targetGroupArn,
      ForwardConfig: {
        TargetGroups: [{ TargetGroupArn: targetGroupArn, Weight: 1 }],
        TargetGroupStickinessConfig: { Enabled: false },
      },
    },
  ])
})

test('refuses a second listener on a port, HTTPS, and TCP', async () => {
  const { loadBalancerArn, targetGroupArn } = await stack(it)
  const input = {
    LoadBalancerArn: loadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  }
  expect(await it.refusal('CreateListener', input)).toEqual({
    code: 'DuplicateListener',
    message: `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
  })
  expect((await it.refusal('CreateListener', { ...input, Port: 443, Protocol: 'HTTPS' })).code).toBe(
    'UnsupportedOperation',
  )
  expect((await it.refusal('CreateListener', { ...input, Port: 81, Protocol: 'TCP' })).message).toBe(
    "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'",
  )
})

test('shifts weights without a health change in target groups that stay', async () => {
  const { listenerArn, targetGroupArn } = await stack(it)
  const green = await targetGroup(it, 'green')
  const weights = (blue: number, other: number) => [
    {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: targetGroupArn, Weight: blue },
          { TargetGroupArn: green, Weight: other },
        ],
      },
    },
  ]
  it.elb.targetGroups.register(caller, targetGroupArn, { id: '10.0.0.1', port: 80 })
  await it.clock.advance(2_000)
  const before = it.healthStory().length
  const { Listeners } = await it.call('ModifyListener', { ListenerArn: listenerArn, DefaultActions: weights(90, 10) })
  expect(Listeners[0].DefaultActions[0].TargetGroupArn).toBeUndefined()
  expect(it.elb.targetGroups.find(caller, green)?.inUse).toBe(true)
  expect(it.healthStory()).toHaveLength(before)
  await it.call('ModifyListener', {
    ListenerArn: listenerArn,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: green }],
  })
  expect(it.elb.targetGroups.find(caller, targetGroupArn)?.inUse).toBe(false)
})
