import { caller, stack, targetGroup, type World, world } from '../world.ts'

let it: World
beforeEach(() => {
  it = world()
})

const balancer = async (name = 'web', more = {}) =>
  (await it.call('CreateLoadBalancer', { Name: name, Subnets: ['subnet-a', 'subnet-b'], ...more })).LoadBalancers[0]

describe('load balancers', () => {
  test('are made as AWS answers them, and become active', async () => {
    const made = await balancer('web', { Tags: [{ Key: 'team', Value: 'a' }] })
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

  test('are the same one when asked for twice, and refused with other settings', async () => {
    const made = await balancer()
    expect((await balancer()).LoadBalancerArn).toBe(made.LoadBalancerArn)
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
  ])('refuse %j', async (wrong, message) => {
    const input = { Name: 'web', Subnets: ['subnet-a', 'subnet-b'], ...wrong }
    expect(await it.refusal('CreateLoadBalancer', input)).toEqual({ code: 'ValidationError', message })
    expect((await it.call('DescribeLoadBalancers')).LoadBalancers).toEqual([])
  })

  test('say plainly what is not modelled', async () => {
    expect(await it.refusal('CreateLoadBalancer', { Name: 'gw', Type: 'gateway', Subnets: ['s'] })).toEqual({
      code: 'UnsupportedOperation',
      message: 'The rehearsal cloud does not simulate Gateway Load Balancers.',
    })
  })

  test('come in pages', async () => {
    for (const name of ['a', 'b', 'c']) await balancer(name)
    const first = await it.call('DescribeLoadBalancers', { PageSize: 2 })
    expect(first.LoadBalancers.map((one: { LoadBalancerName: string }) => one.LoadBalancerName)).toEqual(['a', 'b'])
    const second = await it.call('DescribeLoadBalancers', { PageSize: 2, Marker: first.NextMarker })
    expect(second.LoadBalancers.map((one: { LoadBalancerName: string }) => one.LoadBalancerName)).toEqual(['c'])
    expect(second.NextMarker).toBeUndefined()
  })

  test('are named one by one when they are missing, and at most twenty at a time', async () => {
    expect(await it.refusal('DescribeLoadBalancers', { Names: ['no'] })).toEqual({
      code: 'LoadBalancerNotFound',
      message: "Load balancers '[no]' not found",
    })
    const names = Array.from({ length: 21 }, (_, i) => `n${i}`)
    expect((await it.refusal('DescribeLoadBalancers', { Names: names })).message).toContain(
      'Member must have length less than or equal to 20',
    )
  })

  test('belong to one account and region', async () => {
    const made = await balancer()
    const elsewhere = { ...caller, region: 'us-east-1' }
    const call = async () =>
      it.elb.operations['DescribeLoadBalancers']?.({ LoadBalancerArns: [made.LoadBalancerArn] }, elsewhere)
    await expect(call()).rejects.toMatchObject({ code: 'LoadBalancerNotFound' })
  })

  test('cannot be deleted while protected', async () => {
    const { LoadBalancerArn } = await balancer()
    await it.call('ModifyLoadBalancerAttributes', {
      LoadBalancerArn,
      Attributes: [{ Key: 'deletion_protection.enabled', Value: true }],
    })
    expect(await it.refusal('DeleteLoadBalancer', { LoadBalancerArn })).toEqual({
      code: 'OperationNotPermitted',
      message: `Load balancer '${LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
    })
  })

  test('are deleted with their listeners and rules, and leave their groups unused', async () => {
    const { loadBalancerArn, listenerArn, targetGroupArn } = await stack(it)
    await it.call('DeleteLoadBalancer', { LoadBalancerArn: loadBalancerArn })
    expect((await it.refusal('DescribeRules', { ListenerArn: listenerArn })).code).toBe('ListenerNotFound')
    expect(it.elb.targetGroups.find(caller, targetGroupArn)?.inUse).toBe(false)
    await it.call('DeleteTargetGroup', { TargetGroupArn: targetGroupArn })
    await it.call('DeleteLoadBalancer', { LoadBalancerArn: loadBalancerArn })
  })

  test('take only attributes that they have, with values that those can have', async () => {
    const { LoadBalancerArn } = await balancer()
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
})

describe('target groups', () => {
  test('have the health checks that AWS gives them', async () => {
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
  ])('refuse %j', async (wrong, message) => {
    const input = { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip', ...wrong }
    expect(await it.refusal('CreateTargetGroup', input)).toEqual({ code: 'ValidationError', message })
  })

  test('refuse codes that no health check can match', async () => {
    for (const HttpCode of ['600', '200-', '299-200', 'x', '200;302']) {
      const input = { Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', Matcher: { HttpCode } }
      expect((await it.refusal('CreateTargetGroup', input)).code).toBe('InvalidConfigurationRequest')
    }
  })

  test('are the same one when asked for twice, and refused with other settings', async () => {
    const arn = await targetGroup(it, 'web')
    expect(await targetGroup(it, 'web')).toBe(arn)
    await expect(targetGroup(it, 'web', { Port: 9090 })).rejects.toMatchObject({ code: 'DuplicateTargetGroupName' })
  })

  test('are not deleted while a rule forwards to them', async () => {
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

  test('serve one load balancer only', async () => {
    const { targetGroupArn } = await stack(it)
    const other = await balancer('other')
    const refusal = await it.refusal('CreateListener', {
      LoadBalancerArn: other.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    })
    expect(refusal.code).toBe('TargetGroupAssociationLimit')
  })

  test('take addresses of private networks as targets, and nothing else', async () => {
    const TargetGroupArn = await targetGroup(it, 'web')
    expect((await it.refusal('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '8.8.8.8' }] })).code).toBe(
      'InvalidTarget',
    )
    expect((await it.refusal('RegisterTargets', { TargetGroupArn, Targets: [{ Id: 'host' }] })).code).toBe(
      'ValidationError',
    )
    await it.call('RegisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }, { Id: '10.0.0.1', Port: 81 }] })
    const ports = async () =>
      (await it.call('DescribeTargetHealth', { TargetGroupArn })).TargetHealthDescriptions.map(
        (one: { Target: { Port: number } }) => one.Target.Port,
      )
    expect(await ports()).toEqual([8080, 81])
    await it.call('DeregisterTargets', { TargetGroupArn, Targets: [{ Id: '10.0.0.1' }] })
    expect(await ports()).toEqual([])
  })
})

describe('listeners and rules', () => {
  test('return a forward action in both forms, with weights', async () => {
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

  test('refuse a second listener on a port', async () => {
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

  test('shift weights without a health change in groups that stay', async () => {
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

  test('keep rules in the order of their priorities, the default rule last', async () => {
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
  ])('refuse the rule %j', async (wrong, code) => {
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

  test('answer every kind of condition as it was given', async () => {
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
})

test('tags can be added, changed, read and removed on everything', async () => {
  const { loadBalancerArn, listenerArn, targetGroupArn } = await stack(it)
  const rule = (await it.call('DescribeRules', { ListenerArn: listenerArn })).Rules[0].RuleArn
  const ResourceArns = [loadBalancerArn, listenerArn, targetGroupArn, rule]
  await it.call('AddTags', {
    ResourceArns,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '' },
    ],
  })
  await it.call('AddTags', { ResourceArns, Tags: [{ Key: 'a', Value: '2' }] })
  await it.call('RemoveTags', { ResourceArns: [rule], TagKeys: ['b'] })
  const { TagDescriptions } = await it.call('DescribeTags', { ResourceArns })
  expect(TagDescriptions[0].Tags).toEqual([
    { Key: 'a', Value: '2' },
    { Key: 'b', Value: '' },
  ])
  expect(TagDescriptions[3].Tags).toEqual([{ Key: 'a', Value: '2' }])
  expect(
    (
      await it.refusal('AddTags', {
        ResourceArns,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      })
    ).code,
  ).toBe('DuplicateTagKeys')
  const many = Array.from({ length: 49 }, (_, i) => ({ Key: `k${i}`, Value: '' }))
  expect((await it.refusal('AddTags', { ResourceArns, Tags: many })).code).toBe('TooManyTags')
})

test('quotas are answered', async () => {
  const { Limits } = await it.call('DescribeAccountLimits')
  expect(Limits).toContainEqual({ Name: 'application-load-balancers', Max: '50' })
})
