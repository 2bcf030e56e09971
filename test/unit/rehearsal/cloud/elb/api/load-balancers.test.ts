import { caller, loadBalancer, stack, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('creates a load balancer with the members that AWS answers; it becomes active', async () => {
  const made = await loadBalancer(it, 'web', { Tags: [{ Key: 'team', Value: 'a' }] })
  expect(made).toMatchObject({
    LoadBalancerName: 'web',
    Scheme: 'internet-facing',
    Type: 'application',
    State: { Code: 'provisioning' },
    CanonicalHostedZoneId: 'Z32O12XQLNTSW2',
    IpAddressType: 'ipv4',
    AvailabilityZones: [
      { ZoneName: 'eu-west-1a', SubnetId: 'subnet-a' },
      { ZoneName: 'eu-west-1b', SubnetId: 'subnet-b' },
    ],
  })
  expect(made.LoadBalancerArn).toMatch(
    /^arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer\/app\/web\/[0-9a-f]{16}$/,
  )
  expect(made.DNSName).toMatch(/^web-\d+\.eu-west-1\.elb\.amazonaws\.com$/)
  await it.clock.advance(1_000)
  const { LoadBalancers } = await it.call('DescribeLoadBalancers', { Names: ['web'] })
  expect(LoadBalancers[0].State).toEqual({ Code: 'active' })
})

test('returns the existing load balancer for the same settings, and refuses others', async () => {
  const made = await loadBalancer(it)
  expect((await loadBalancer(it)).LoadBalancerArn).toBe(made.LoadBalancerArn)
  expect(
    await it.refusal('CreateLoadBalancer', { Name: 'web', Subnets: ['subnet-a', 'subnet-b'], Scheme: 'internal' }),
  ).toEqual({
    code: 'DuplicateLoadBalancerName',
    message: "A load balancer with the same name 'web' exists, but with different settings",
  })
})

test.each([
  [
    { Name: 'a_b' },
    "Load balancer name 'a_b' can only contain characters that are alphanumeric characters or hyphens(-)",
  ],
  [{ Name: 'x'.repeat(33) }, `Load balancer name '${'x'.repeat(33)}' cannot be longer than '32' characters`],
  [{ Name: '-a' }, "Load balancer name '-a' cannot begin or end with '-'"],
  [{ Name: 'internal-a' }, "Load balancer name 'internal-a' cannot begin with 'internal-'"],
  [{ Subnets: ['subnet-a'] }, 'At least two subnets in two different Availability Zones must be specified'],
  [
    { Scheme: 'public' },
    "1 validation error detected: Value 'public' at 'scheme' failed to satisfy constraint: Member must satisfy enum value set: [internet-facing, internal]",
  ],
])('refuses %j', async (wrong, message) => {
  const input = { Name: 'web', Subnets: ['subnet-a', 'subnet-b'], ...wrong }
  expect(await it.refusal('CreateLoadBalancer', input)).toEqual({ code: 'ValidationError', message })
  expect((await it.call('DescribeLoadBalancers')).LoadBalancers).toEqual([])
})

test('refuses a Gateway Load Balancer as not simulated', async () => {
  expect(await it.refusal('CreateLoadBalancer', { Name: 'gw', Type: 'gateway', Subnets: ['s'] })).toEqual({
    code: 'UnsupportedOperation',
    message: 'The rehearsal cloud does not simulate Gateway Load Balancers.',
  })
})

test('returns load balancers in pages', async () => {
  for (const name of ['a', 'b', 'c']) await loadBalancer(it, name)
  const first = await it.call('DescribeLoadBalancers', { PageSize: 2 })
  expect(first.LoadBalancers.map((one: { LoadBalancerName: string }) => one.LoadBalancerName)).toEqual(['a', 'b'])
  const second = await it.call('DescribeLoadBalancers', { PageSize: 2, Marker: first.NextMarker })
  expect(second.LoadBalancers.map((one: { LoadBalancerName: string }) => one.LoadBalancerName)).toEqual(['c'])
  expect(second.NextMarker).toBeUndefined()
})

test('names the load balancers that do not exist, and takes at most twenty names', async () => {
  expect(await it.refusal('DescribeLoadBalancers', { Names: ['no'] })).toEqual({
    code: 'LoadBalancerNotFound',
    message: "Load balancers '[no]' not found",
  })
  const names = Array.from({ length: 21 }, (_, i) => `n${i}`)
  expect((await it.refusal('DescribeLoadBalancers', { Names: names })).message).toContain(
    'Member must have length less than or equal to 20',
  )
})

test('finds no load balancer of another region', async () => {
  const made = await loadBalancer(it)
  const elsewhere = { ...caller, region: 'us-east-1' }
  const call = async () =>
    it.elb.operations['DescribeLoadBalancers']?.({ LoadBalancerArns: [made.LoadBalancerArn] }, elsewhere)
  await expect(call()).rejects.toMatchObject({ code: 'LoadBalancerNotFound' })
})

test('refuses to delete a load balancer with deletion protection', async () => {
  const { LoadBalancerArn } = await loadBalancer(it)
  await it.call('ModifyLoadBalancerAttributes', {
    LoadBalancerArn,
    Attributes: [{ Key: 'deletion_protection.enabled', Value: true }],
  })
  expect(await it.refusal('DeleteLoadBalancer', { LoadBalancerArn })).toEqual({
    code: 'OperationNotPermitted',
    message: `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
  })
})

test('deletes listeners and rules with the load balancer; their target groups are no longer in use', async () => {
  const { loadBalancerArn, listenerArn, targetGroupArn } = await stack(it)
  await it.call('DeleteLoadBalancer', { LoadBalancerArn: loadBalancerArn })
  expect((await it.refusal('DescribeRules', { ListenerArn: listenerArn })).code).toBe('ListenerNotFound')
  expect(it.elb.targetGroups.find(caller, targetGroupArn)?.inUse).toBe(false)
  await it.call('DeleteTargetGroup', { TargetGroupArn: targetGroupArn })
  await it.call('DeleteLoadBalancer', { LoadBalancerArn: loadBalancerArn })
})

test('refuses unknown attributes, and values out of range', async () => {
  const { LoadBalancerArn } = await loadBalancer(it)
  const set = (Key: string, Value: string) => ({ LoadBalancerArn, Attributes: [{ Key, Value }] })
  expect((await it.refusal('ModifyLoadBalancerAttributes', set('no.such', '1'))).message).toBe(
    "Load balancer attribute key 'no.such' is not recognized",
  )
  expect((await it.refusal('ModifyLoadBalancerAttributes', set('idle_timeout.timeout_seconds', '0'))).message).toBe(
    "'idle_timeout.timeout_seconds' value '0' must be between '1-4000' inclusive",
  )
  const { Attributes } = await it.call('ModifyLoadBalancerAttributes', set('idle_timeout.timeout_seconds', '5'))
  expect(Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '5' })
})
