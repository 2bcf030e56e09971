// Whether the cloud's load balancers are like AWS's: the same calls of the same SDK client to the cloud and to moto,
// compared member by member with every difference explained; and every answer read by the AWS CLI. Needs both.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { createMoto, type Moto } from '../../../rehearsal/cloud/moto/moto.ts'
import { defaultNetwork } from '../../support/default-network.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'
import { elbDifferences } from './moto-comparison/elb-differences.ts'
import { explained, facts } from './moto-comparison/facts.ts'

const run = promisify(execFile)

interface World {
  readonly url: string
  readonly client: sdk.ElasticLoadBalancingV2Client
  readonly subnets: string[]
  readonly vpcId: string
  /** What earlier calls made. */
  readonly made: Record<string, string>
}

let cloud: Cloud
let moto: Moto
let motoServer: FaultProxy
let ours: World
let theirs: World

async function aws(...args: string[]): Promise<unknown> {
  const env = { ...process.env, ...cloud.env }
  const { stdout } = await run('aws', [...args, '--output', 'json'], { env })
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}

async function worldAt(url: string): Promise<World> {
  const { subnets, vpc } = await defaultNetwork(url)
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'rehearsal' }
  return {
    url,
    client: new sdk.ElasticLoadBalancingV2Client({ endpoint: url, region: 'us-east-1', credentials }),
    subnets: subnets.slice(0, 2),
    vpcId: vpc,
    made: {},
  }
}

beforeAll(async () => {
  // Its time stands still: what a load balancer is like in its first second must not hang on how long the test takes.
  cloud = await startCloud({ clock: new ManualClock() })
  moto = createMoto()
  ours = await worldAt(cloud.url)
  motoServer = await startFaultProxy({ socketPath: await moto.start() })
  theirs = await worldAt(`http://${motoServer.host}`)
})

afterAll(async () => {
  for (const world of [ours, theirs]) world?.client.destroy()
  await motoServer?.close()
  await moto?.close()
  await cloud?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is checked by what it expects of it
type Loose = any
type Input = Readonly<Record<string, unknown>>
type Call = readonly [
  operation: string,
  input: (world: World) => Input,
  remember?: (answer: Input, world: World) => void,
]

// biome-ignore lint/suspicious/noExplicitAny: the first of a list, wherever it is
const first = (list: unknown): any => (list as unknown[])[0]

const story: readonly Call[] = [
  [
    'CreateLoadBalancer',
    ({ subnets }) => ({ Name: 'web', Subnets: subnets, Tags: [{ Key: 'team', Value: 'a' }] }),
    (answer, { made }) => (made['lb'] = first(answer['LoadBalancers']).LoadBalancerArn),
  ],
  ['DescribeLoadBalancers', () => ({ Names: ['web'] })],
  ['DescribeLoadBalancerAttributes', ({ made }) => ({ LoadBalancerArn: made['lb'] })],
  [
    'CreateTargetGroup',
    ({ vpcId }) => ({
      Name: 'blue',
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: vpcId,
      TargetType: 'ip',
      HealthCheckPath: '/healthz',
    }),
    (answer, { made }) => (made['blue'] = first(answer['TargetGroups']).TargetGroupArn),
  ],
  [
    'CreateTargetGroup',
    ({ vpcId }) => ({
      Name: 'green',
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: vpcId,
      TargetType: 'ip',
      Matcher: { HttpCode: '200-299' },
    }),
    (answer, { made }) => (made['green'] = first(answer['TargetGroups']).TargetGroupArn),
  ],
  ['DescribeTargetGroupAttributes', ({ made }) => ({ TargetGroupArn: made['blue'] })],
  [
    'ModifyTargetGroup',
    ({ made }) => ({ TargetGroupArn: made['green'], HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2 }),
  ],
  [
    'CreateListener',
    ({ made }) => ({
      LoadBalancerArn: made['lb'],
      Protocol: 'HTTP',
      Port: 8080,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: made['blue'] }],
    }),
    (answer, { made }) => (made['listener'] = first(answer['Listeners']).ListenerArn),
  ],
  ['DescribeListeners', ({ made }) => ({ LoadBalancerArn: made['lb'] })],
  ['DescribeListenerAttributes', ({ made }) => ({ ListenerArn: made['listener'] })],
  [
    'CreateRule',
    ({ made }) => ({
      ListenerArn: made['listener'],
      Priority: 10,
      Conditions: [
        { Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } },
        { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-canary', Values: ['yes'] } },
      ],
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: made['blue'], Weight: 90 },
              { TargetGroupArn: made['green'], Weight: 10 },
            ],
          },
        },
      ],
    }),
    (answer, { made }) => (made['rule'] = first(answer['Rules']).RuleArn),
  ],
  ['DescribeRules', ({ made }) => ({ ListenerArn: made['listener'] })],
  ['SetRulePriorities', ({ made }) => ({ RulePriorities: [{ RuleArn: made['rule'], Priority: 5 }] })],
  [
    'ModifyListener',
    ({ made }) => ({
      ListenerArn: made['listener'],
      DefaultActions: [
        { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain' } },
      ],
    }),
  ],
  ['DescribeTargetGroups', ({ made }) => ({ LoadBalancerArn: made['lb'] })],
  ['RegisterTargets', ({ made }) => ({ TargetGroupArn: made['blue'], Targets: [{ Id: '10.0.0.1' }] })],
  ['DescribeTargetHealth', ({ made }) => ({ TargetGroupArn: made['blue'] })],
  ['DeregisterTargets', ({ made }) => ({ TargetGroupArn: made['blue'], Targets: [{ Id: '10.0.0.1' }] })],
  ['AddTags', ({ made }) => ({ ResourceArns: [made['lb']], Tags: [{ Key: 'b', Value: 'c' }] })],
  ['DescribeTags', ({ made }) => ({ ResourceArns: [made['lb']] })],
  ['DescribeAccountLimits', () => ({})],
  ['DescribeCapacityReservation', ({ made }) => ({ LoadBalancerArn: made['lb'] })],
  // What must be refused.
  ['CreateTargetGroup', ({ vpcId }) => ({ Name: 'blue', Protocol: 'HTTP', Port: 1, VpcId: vpcId, TargetType: 'ip' })],
  ['CreateTargetGroup', ({ vpcId }) => ({ Name: '-x', Protocol: 'HTTP', Port: 1, VpcId: vpcId, TargetType: 'ip' })],
  ['DeleteTargetGroup', ({ made }) => ({ TargetGroupArn: made['blue'] })],
  ['DescribeLoadBalancers', () => ({ Names: ['none'] })],
  ['DescribeTargetGroups', () => ({ Names: ['none'] })],
  ['DescribeRules', () => ({})],
  ['DeleteListener', ({ made }) => ({ ListenerArn: made['listener'] })],
  ['DeleteLoadBalancer', ({ made }) => ({ LoadBalancerArn: made['lb'] })],
  ['DeleteTargetGroup', ({ made }) => ({ TargetGroupArn: made['blue'] })],
]

async function answerOf(world: World, [operation, input, remember]: Call): Promise<Input> {
  const Command = (sdk as unknown as Record<string, new (input: Input) => never>)[`${operation}Command`]
  if (Command === undefined) throw new Error(`the SDK has no ${operation}`)
  try {
    const { $metadata, ...answer } = (await world.client.send(new Command(input(world)))) as unknown as Record<
      string,
      unknown
    >
    remember?.(answer, world)
    return answer
  } catch (error) {
    const { name, message } = error as Error
    return { error: name, message }
  }
}

test('answers the same calls as moto does, but for the differences listed', async () => {
  const found: Record<string, readonly [cloud: unknown, moto: unknown]> = {}
  for (const call of story) {
    const here = facts(call[0], await answerOf(ours, call))
    const there = facts(call[0], await answerOf(theirs, call))
    for (const path of new Set([...Object.keys(here), ...Object.keys(there)])) {
      if (here[path] !== there[path]) found[path] = [here[path], there[path]]
    }
  }
  expect(explained(found, elbDifferences)).toEqual({ unexplained: {}, outdated: [] })
})

test('every answer can be read by the AWS CLI', async () => {
  const elb = (...args: string[]) => aws('elbv2', ...args)
  const { LoadBalancers } = (await elb('create-load-balancer', '--name', 'cli', '--subnets', ...ours.subnets)) as Loose
  const lb = LoadBalancers[0].LoadBalancerArn
  const { TargetGroups } = (await elb(
    ...['create-target-group', '--name', 'cli', '--protocol', 'HTTP', '--port', '8080'],
    ...['--vpc-id', ours.vpcId, '--target-type', 'ip', '--tags', 'Key=team,Value=a'],
  )) as Loose
  const group = TargetGroups[0].TargetGroupArn
  await elb('register-targets', '--target-group-arn', group, '--targets', 'Id=10.0.0.1', 'Id=10.0.0.2,Port=81')
  const { Listeners } = (await elb(
    ...['create-listener', '--load-balancer-arn', lb, '--protocol', 'HTTP', '--port', '8081'],
    ...['--default-actions', `Type=forward,TargetGroupArn=${group}`],
  )) as Loose
  const listener = Listeners[0].ListenerArn
  const { Rules } = (await elb(
    ...['create-rule', '--listener-arn', listener, '--priority', '7'],
    ...['--conditions', 'Field=host-header,Values=a.example', '--actions', `Type=forward,TargetGroupArn=${group}`],
  )) as Loose
  const rule = Rules[0].RuleArn

  expect(await elb('describe-target-health', '--target-group-arn', group)).toMatchObject({
    TargetHealthDescriptions: [
      { Target: { Id: '10.0.0.1', Port: 8080 }, HealthCheckPort: '8080', TargetHealth: { State: 'initial' } },
      { Target: { Id: '10.0.0.2', Port: 81 }, HealthCheckPort: '81' },
    ],
  })
  expect(await elb('describe-load-balancers', '--names', 'cli')).toMatchObject({
    LoadBalancers: [{ LoadBalancerArn: lb, Scheme: 'internet-facing', Type: 'application' }],
  })
  expect(await elb('describe-target-groups', '--load-balancer-arn', lb)).toMatchObject({
    TargetGroups: [{ TargetGroupArn: group, LoadBalancerArns: [lb], HealthCheckEnabled: true }],
  })
  expect(await elb('describe-listeners', '--load-balancer-arn', lb)).toMatchObject({ Listeners: [{ Port: 8081 }] })
  expect(await elb('describe-rules', '--listener-arn', listener)).toMatchObject({
    Rules: [
      { RuleArn: rule, Priority: '7', IsDefault: false },
      { Priority: 'default', IsDefault: true },
    ],
  })
  expect(await elb('describe-tags', '--resource-arns', group)).toMatchObject({
    TagDescriptions: [{ ResourceArn: group, Tags: [{ Key: 'team', Value: 'a' }] }],
  })
  expect(await elb('describe-load-balancer-attributes', '--load-balancer-arn', lb)).toMatchObject({
    Attributes: expect.arrayContaining([{ Key: 'idle_timeout.timeout_seconds', Value: '60' }]),
  })
  expect(await elb('describe-account-limits')).toMatchObject({ Limits: expect.any(Array) })
  expect(await elb('describe-target-group-attributes', '--target-group-arn', group)).toMatchObject({
    Attributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '300' }]),
  })
  expect(await elb('describe-listener-attributes', '--listener-arn', listener)).toMatchObject({
    Attributes: expect.any(Array),
  })
  expect(await elb('describe-capacity-reservation', '--load-balancer-arn', lb)).toBeDefined()

  const forward = `Type=forward,TargetGroupArn=${group}`
  const changes: readonly (readonly [string[], object])[] = [
    [
      ['modify-target-group', '--target-group-arn', group, '--health-check-path', '/up'],
      { TargetGroups: [{ HealthCheckPath: '/up' }] },
    ],
    [
      ['modify-target-group-attributes', '--target-group-arn', group].concat([
        '--attributes',
        'Key=deregistration_delay.timeout_seconds,Value=5',
      ]),
      { Attributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }]) },
    ],
    [
      ['modify-load-balancer-attributes', '--load-balancer-arn', lb].concat([
        '--attributes',
        'Key=idle_timeout.timeout_seconds,Value=90',
      ]),
      { Attributes: expect.arrayContaining([{ Key: 'idle_timeout.timeout_seconds', Value: '90' }]) },
    ],
    [
      ['set-subnets', '--load-balancer-arn', lb, '--subnets', ...ours.subnets],
      { AvailabilityZones: expect.any(Array) },
    ],
    [['set-security-groups', '--load-balancer-arn', lb, '--security-groups', 'sg-1'], { SecurityGroupIds: ['sg-1'] }],
    [['set-ip-address-type', '--load-balancer-arn', lb, '--ip-address-type', 'ipv4'], { IpAddressType: 'ipv4' }],
    [['modify-listener', '--listener-arn', listener, '--default-actions', forward], { Listeners: [{ Port: 8081 }] }],
    [['modify-rule', '--rule-arn', rule, '--actions', forward], { Rules: [{ RuleArn: rule }] }],
    [
      ['set-rule-priorities', '--rule-priorities', `RuleArn=${rule},Priority=9`],
      { Rules: [{ RuleArn: rule, Priority: '9' }] },
    ],
  ]
  for (const [args, answer] of changes) expect(await elb(...args)).toMatchObject(answer)
  await elb('add-tags', '--resource-arns', group, '--tags', 'Key=tier,Value=1')
  await elb('remove-tags', '--resource-arns', group, '--tag-keys', 'tier')
  await elb('deregister-targets', '--target-group-arn', group, '--targets', 'Id=10.0.0.1')
  await elb('delete-rule', '--rule-arn', rule)
  await elb('delete-listener', '--listener-arn', listener)
  await elb('delete-load-balancer', '--load-balancer-arn', lb)
  await elb('delete-target-group', '--target-group-arn', group)
  expect(await elb('describe-load-balancers')).toEqual({ LoadBalancers: [] })
})

test('an unknown operation is refused by name', async () => {
  const call = ours.client.send(
    new sdk.CreateTrustStoreCommand({ Name: 'x', CaCertificatesBundleS3Bucket: 'b', CaCertificatesBundleS3Key: 'k' }),
  )
  await expect(call).rejects.toMatchObject({
    name: 'InvalidAction',
    message: expect.stringContaining('CreateTrustStore'),
  })
})
