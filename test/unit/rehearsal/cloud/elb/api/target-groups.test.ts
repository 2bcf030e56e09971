import { loadBalancer, stack, targetGroup, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

test('creates a target group with the health check defaults of AWS', async () => {
  const arn = await targetGroup(it, 'web')
  const { TargetGroups } = await it.call('DescribeTargetGroups', { TargetGroupArns: [arn] })
  expect(TargetGroups[0]).toEqual({
    TargetGroupArn: arn,
    TargetGroupName: 'web',
    Protocol: 'HTTP',
    ProtocolVersion: 'HTTP1',
    Port: 8080,
    VpcId: 'vpc-1',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: 'traffic-port',
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 5,
    UnhealthyThresholdCount: 2,
    HealthCheckPath: '/',
    Matcher: { HttpCode: '200' },
    LoadBalancerArns: [],
    TargetType: 'ip',
    IpAddressType: 'ipv4',
  })
})

test.each([
  [
    { Port: 0 },
    "1 validation error detected: Value '0' at 'port' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [{ VpcId: undefined }, 'A VPC ID must be specified'],
  [{ HealthCheckTimeoutSeconds: 30 }, "Health check timeout '30' must be smaller than the interval '30'"],
  [{ HealthCheckPath: 'healthz' }, "Health check path 'healthz' must begin with a '/' character"],
  [
    { HealthCheckProtocol: 'TCP' },
    "Health check protocol 'TCP' is not supported for target groups with the HTTP protocol",
  ],
  [
    { HealthCheckEnabled: false },
    "Health check enabled must be true for target groups with target type 'instance' or 'ip'",
  ],
])('refuses %j', async (wrong, message) => {
  const input = { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip', ...wrong }
  expect(await it.refusal('CreateTargetGroup', input)).toEqual({ code: 'ValidationError', message })
})

test('refuses HTTP codes that no health check can match', async () => {
  for (const HttpCode of ['600', '200-', '299-200', 'x', '200;302']) {
    const input = { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', Matcher: { HttpCode } }
    expect((await it.refusal('CreateTargetGroup', input)).code).toBe('InvalidConfigurationRequest')
  }
})

test('returns the existing target group for the same settings, and refuses others', async () => {
  const arn = await targetGroup(it, 'web')
  expect(await targetGroup(it, 'web')).toBe(arn)
  await expect(targetGroup(it, 'web', { Port: 9090 })).rejects.toMatchObject({ code: 'DuplicateTargetGroupName' })
})

test('refuses to delete a target group while a rule forwards to it', async () => {
  const { targetGroupArn, listenerArn, loadBalancerArn } = await stack(it)
  const { TargetGroups } = await it.call('DescribeTargetGroups', { LoadBalancerArn: loadBalancerArn })
  expect(TargetGroups[0].LoadBalancerArns).toEqual([loadBalancerArn])
  expect(await it.refusal('DeleteTargetGroup', { TargetGroupArn: targetGroupArn })).toEqual({
    code: 'ResourceInUse',
    message: `Target group '${targetGroupArn}' is currently in use by a listener or a rule`,
  })
  await it.call('DeleteListener', { ListenerArn: listenerArn })
  await it.call('DeleteTargetGroup', { TargetGroupArn: targetGroupArn })
  expect(await it.refusal('DescribeTargetGroups', { Names: ['web'] })).toEqual({
    code: 'TargetGroupNotFound',
    message: 'One or more target groups not found',
  })
})

test('refuses a target group of another load balancer', async () => {
  const { targetGroupArn } = await stack(it)
  const other = await loadBalancer(it, 'other')
  const refusal = await it.refusal('CreateListener', {
    LoadBalancerArn: other.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  })
  expect(refusal.code).toBe('TargetGroupAssociationLimit')
})
