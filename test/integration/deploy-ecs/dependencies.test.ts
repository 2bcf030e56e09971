// The roles, secrets, parameters and log groups that a task definition names, looked up before anything is changed: against
// a rehearsal cloud whose IAM, Secrets Manager, parameter store and CloudWatch Logs are moto's. Needs moto's server.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { type ContainerDefinition, ECSClient, type RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { parseScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { BY_TAG, makeService } from '../../support/deploy-ecs/ecs-cloud.ts'
import { settled } from '../../support/deploy-ecs/settled.ts'

const SPEED = 100
const ACCOUNT = '123456789012'
const region = 'eu-west-1'
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`
const trust = (principal: string) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }] })

let cloud: Cloud
let intercept: Intercept
let arns: { plain: string; empty: string; deleted: string; abroad: string }

const configOf = (url: string, at = region) => ({
  region: at,
  endpoint: url,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' },
})

/** A cloud with the services `web` and `api`, a hundred times as fast as the machine. */
async function start(programs = {}): Promise<Cloud> {
  const scenario = parseScenario(BY_TAG, 'preflight')
  const options = { runtime: 'simulated', scenario, speed: SPEED, region, programs } as const
  const started = await startCloud({ ...options, intercept: (call) => intercept(call) })
  const [ecs, elb] = [
    new ECSClient(configOf(started.url)),
    new ElasticLoadBalancingV2Client(configOf(started.url)),
  ] as const
  for (const name of ['web', 'api']) {
    const clock = { advance: () => settled(ecs, `${name}:1`, { service: name }) }
    await makeService({ ecs, elb, clock }, { name, balanced: false, desiredCount: 1 })
  }
  ecs.destroy()
  elb.destroy()
  return started
}

beforeAll(async () => {
  intercept = () => undefined
  cloud = await start()
  const config = configOf(cloud.url)
  const iam = new IAMClient(config)
  const tasks = trust('ecs-tasks.amazonaws.com')
  await iam.send(new CreateRoleCommand({ RoleName: 'execution', AssumeRolePolicyDocument: tasks }))
  await iam.send(new CreateRoleCommand({ RoleName: 'pathed', Path: '/apps/', AssumeRolePolicyDocument: tasks }))
  await iam.send(new CreateRoleCommand({ RoleName: 'lambda', AssumeRolePolicyDocument: trust('lambda.amazonaws.com') }))
  const ssm = new SSMClient(config)
  for (const Name of ['/web/token', 'plain']) {
    await ssm.send(new PutParameterCommand({ Name, Type: 'SecureString', Value: 'hunter2' }))
  }
  await new SSMClient(configOf(cloud.url, 'us-east-1')).send(
    new PutParameterCommand({ Name: '/abroad', Type: 'String', Value: 'hunter2' }),
  )
  const secrets = new SecretsManagerClient(config)
  const make = async (client: SecretsManagerClient, Name: string, SecretString?: string) =>
    (await client.send(new CreateSecretCommand({ Name, ...(SecretString === undefined ? {} : { SecretString }) })))
      .ARN ?? ''
  arns = {
    plain: await make(secrets, 'plain', '{"password":"hunter2"}'),
    empty: await make(secrets, 'empty'),
    deleted: await make(secrets, 'deleted', 'hunter2'),
    abroad: await make(new SecretsManagerClient(configOf(cloud.url, 'us-east-1')), 'abroad', 'hunter2'),
  }
  await secrets.send(new PutSecretValueCommand({ SecretId: 'plain', SecretString: '{"password":"hunter3"}' }))
  await secrets.send(new DeleteSecretCommand({ SecretId: 'deleted', RecoveryWindowInDays: 7 }))
  const logs = new CloudWatchLogsClient(config)
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/web/app' }))
  for (const client of [iam, ssm, secrets, logs]) client.destroy()
})
afterAll(() => cloud.close())
beforeEach(() => {
  intercept = () => undefined
})

type Definition = Partial<RegisterTaskDefinitionRequest>

/** Deploys a task definition with these members, and says what was asked of AWS. */
async function tryOut(
  container: Partial<ContainerDefinition>,
  more: Definition = {},
  options: { readonly inputs?: Record<string, string>; readonly at?: Cloud } = {},
) {
  const { inputs = {}, at = cloud } = options
  const path = join(mkdtempSync(join(tmpdir(), 'preflight-')), 'td.json')
  const definition = {
    family: 'web',
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: '256',
    memory: '512',
    executionRoleArn: role('execution'),
    ...more,
    containerDefinitions: [{ name: 'app', image: 'example.com/web:ok', ...container }],
  }
  writeFileSync(path, JSON.stringify(definition))
  const from = at.journal.entries().length
  const actionClock = {
    now: () => Date.now() * SPEED,
    sleep: (ms: number) => delay(ms / SPEED),
  }
  const done = await deploy(
    { env: at.env, actionClock },
    { 'task-definition': path, 'on-conflict': 'supersede', 'wait-for': 'none', ...inputs },
  )
  const api = at.journal.entries('api').filter(({ seq }) => Number(seq) > from)
  const asked = api.map(({ service, action }) => `${service}:${action}`)
  return { ...done, asked, changed: asked.filter((call) => /:(Register|Update|Run|Stop)/.test(call)) }
}

const secret = (valueFrom: string) => ({ secrets: [{ name: 'TOKEN', valueFrom }] })
const logsTo = (group: string, more = {}) => ({
  logConfiguration: {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': group, 'awslogs-region': region, 'awslogs-stream-prefix': 'x', ...more },
  },
})
const unknownSecret = `arn:aws:secretsmanager:${region}:${ACCOUNT}:secret:nothing-AbCdEf`

describe('dependencies that exist let the deploy continue', () => {
  test.each<[string, () => Partial<ContainerDefinition>, Definition?]>([
    ['a role, by its name', () => ({}), { executionRoleArn: 'execution', taskRoleArn: 'pathed' }],
    ['a role with a path', () => ({}), { taskRoleArn: role('apps/pathed') }],
    ['a parameter, by its name', () => secret('/web/token')],
    ['a parameter, by its ARN', () => secret(`arn:aws:ssm:${region}:${ACCOUNT}:parameter/web/token`)],
    ['a parameter whose name has no slash', () => secret(`arn:aws:ssm:${region}:${ACCOUNT}:parameter/plain`)],
    ['a version of a parameter', () => secret(`arn:aws:ssm:${region}:${ACCOUNT}:parameter/web/token:1`)],
    ['a parameter of another region', () => secret(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/abroad`)],
    ['a secret', () => secret(arns.plain)],
    ['a member of a secret', () => secret(`${arns.plain}:password::`)],
    ['a stage of a secret', () => secret(`${arns.plain}:password:AWSPREVIOUS:`)],
    ['a secret of another region', () => secret(arns.abroad)],
    ["a registry's login", () => ({ repositoryCredentials: { credentialsParameter: arns.plain } })],
    ['a log group', () => logsTo('/web/app')],
    ['a log group that the tasks make', () => logsTo('/web/new', { 'awslogs-create-group': 'true' })],
  ])('%s', async (_, container, more = {}) => {
    const done = await tryOut(container(), more, { inputs: { command: 'verify' } })
    expect(done.error).toBeUndefined()
    expect(done.log.filter((line) => line.startsWith('Not checked'))).toEqual([])
  })

  test('no value of a secret is read', async () => {
    const secrets = [
      { name: 'A', valueFrom: arns.plain },
      { name: 'B', valueFrom: '/web/token' },
    ]
    const { asked } = await tryOut({ secrets }, {}, { inputs: { command: 'verify' } })
    expect(asked.filter((call) => /^(secretsmanager|ssm|iam|logs):/.test(call)).sort()).toEqual([
      'iam:GetRole',
      'secretsmanager:DescribeSecret',
      'ssm:DescribeParameters',
    ])
  })
})

describe('missing dependencies stop a deploy before anything is changed', () => {
  test.each<[string, () => Partial<ContainerDefinition>, Definition, string, string]>([
    [
      'the execution role',
      () => ({}),
      { executionRoleArn: role('nobody') },
      'Task definition `web`, `executionRoleArn`: role `nobody` does not exist.',
      'Create it, or correct its name.',
    ],
    [
      'the role of the task',
      () => ({}),
      { taskRoleArn: 'nobody' },
      'Task definition `web`, `taskRoleArn`: role `nobody` does not exist.',
      'Create it, or correct its name.',
    ],
    [
      'the trust of a role',
      () => ({}),
      { taskRoleArn: role('lambda') },
      '`taskRoleArn`: role `lambda` does not trust ECS tasks.',
      'Allow `sts:AssumeRole` to the service `ecs-tasks.amazonaws.com` in its trust policy',
    ],
    [
      'the path of a role',
      () => ({}),
      { taskRoleArn: role('pathed') },
      `role \`pathed\` does not have the ARN \`${role('pathed')}\``,
      `Write \`${role('apps/pathed')}\`.`,
    ],
    [
      'a parameter, by its name',
      () => secret('/web/none'),
      {},
      'Task definition `web`, container `app`, `secrets` `TOKEN`: parameter `/web/none` does not exist in eu-west-1.',
      'Create it, or correct its name.',
    ],
    [
      'a parameter, by its ARN',
      () => secret(`arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/web/token`),
      {},
      'parameter `/web/token` does not exist in us-east-1.',
      'Create it, or correct its name.',
    ],
    [
      'a secret',
      () => secret(`${unknownSecret}:password::`),
      {},
      `container \`app\`, \`secrets\` \`TOKEN\`: secret \`${unknownSecret}\` does not exist in eu-west-1.`,
      'Create it, or correct its ARN.',
    ],
    [
      'a secret that is about to go',
      () => secret(arns.deleted),
      {},
      'is scheduled for deletion, so tasks cannot read it.',
      'Restore it with `aws secretsmanager restore-secret --secret-id deleted`',
    ],
    [
      'the value of a secret',
      () => secret(arns.empty),
      {},
      'has no value yet.',
      'Set one with `aws secretsmanager put-secret-value --secret-id empty`.',
    ],
    [
      'a stage of a secret',
      () => secret(`${arns.plain}::NEXT:`),
      {},
      'has no version `NEXT`.',
      'It has `AWSPREVIOUS`, `AWSCURRENT`.',
    ],
    [
      "a registry's login",
      () => ({ repositoryCredentials: { credentialsParameter: unknownSecret } }),
      {},
      `container \`app\`, \`repositoryCredentials\`: secret \`${unknownSecret}\` does not exist`,
      'Create it, or correct its ARN.',
    ],
    [
      "a log driver's secret",
      () => ({
        logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'splunk-token', valueFrom: '/none' }] },
      }),
      {},
      'container `app`, `secretOptions` `splunk-token`: parameter `/none` does not exist',
      'Create it, or correct its name.',
    ],
    [
      'a log group, though another one begins with its name',
      () => logsTo('/web'),
      {},
      'container `app`, `awslogs-group`: log group `/web` does not exist in eu-west-1.',
      'or set the option `awslogs-create-group`',
    ],
    [
      'anything that could be a secret',
      () => secret('arn:aws:s3:::bucket/secret'),
      {},
      '`arn:aws:s3:::bucket/secret` is neither a secret of Secrets Manager nor a parameter',
      'Write the ARN of one.',
    ],
  ])('%s', async (_, container, more, problem, fix) => {
    const done = await tryOut(container(), more)
    expect(done.error).toContain(problem)
    expect(done.error).toContain(fix)
    expect(done.error).toContain('Next: Nothing was changed')
    expect(done.changed).toEqual([])
  })

  test('all of them in one error, each looked up once', async () => {
    const secrets = [
      { name: 'A', valueFrom: '/none' },
      { name: 'B', valueFrom: `${unknownSecret}:a::` },
      { name: 'C', valueFrom: `${unknownSecret}:c::` },
      { name: 'D', valueFrom: '/none/either' },
    ]
    const roles = { executionRoleArn: role('nobody'), taskRoleArn: role('nobody') }
    const done = await tryOut({ secrets, ...logsTo('/none') }, roles, { inputs: { service: '', services: 'web, api' } })
    expect(done.error?.split('\n').filter((line) => line.startsWith('Task definition'))).toHaveLength(7)
    const looks = done.asked.filter((call) => /^(secretsmanager|ssm|iam|logs):/.test(call)).sort()
    // Three times, as what was made a moment ago may not show at once.
    expect(looks).toEqual(
      ['iam:GetRole', 'logs:DescribeLogGroups', 'secretsmanager:DescribeSecret', 'ssm:DescribeParameters'].flatMap(
        (call) => [call, call, call],
      ),
    )
  })

  test('not where they appear a moment later', async () => {
    let first = true
    intercept = ({ action }) => {
      if (action !== 'GetRole' || !first) return undefined
      first = false
      return { error: new AwsError('NoSuchEntity', 'The role with name execution cannot be found.', 404) }
    }
    const done = await tryOut({}, {}, { inputs: { command: 'verify' } })
    expect(done.error).toBeUndefined()
    expect(first).toBe(false)
  })
})

describe('dependencies that cannot be looked up are logged once, and stop nothing', () => {
  const all: Partial<ContainerDefinition> = {
    secrets: [
      { name: 'A', valueFrom: '/none' },
      { name: 'B', valueFrom: unknownSecret },
      { name: 'C', valueFrom: '/none/either' },
    ],
    ...logsTo('/none'),
  }

  test('without the permission', async () => {
    const denied = /^(GetRole|DescribeParameters|DescribeSecret|DescribeLogGroups)$/
    intercept = ({ action }) =>
      denied.test(action) ? { error: new AwsError('AccessDeniedException', 'not authorized', 400) } : undefined
    const done = await tryOut(all, { executionRoleArn: role('nobody'), taskRoleArn: role('nobody') })
    expect(done.error).toBeUndefined()
    expect(done.changed).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService'])
    expect(done.log.filter((line) => line.startsWith('Not checked')).sort()).toEqual([
      'Not checked: log group `/none` (the credentials may not call `logs:DescribeLogGroups`).',
      'Not checked: parameter `/none`, parameter `/none/either` (the credentials may not call `ssm:DescribeParameters`).',
      'Not checked: role `nobody` (the credentials may not call `iam:GetRole`).',
      `Not checked: secret \`${unknownSecret}\` (the credentials may not call \`secretsmanager:DescribeSecret\`).`,
    ])
  })

  test('in another account, and parameters that AWS publishes', async () => {
    const theirs = `arn:aws:secretsmanager:${region}:210987654321:secret:theirs-AbCdEf`
    const secrets = [
      { name: 'A', valueFrom: theirs },
      { name: 'B', valueFrom: '/aws/service/global' },
    ]
    const done = await tryOut({ secrets }, {}, { inputs: { command: 'verify' } })
    expect(done.error).toBeUndefined()
    expect(done.log.filter((line) => line.startsWith('Not checked')).sort()).toEqual([
      'Not checked: parameter `/aws/service/global` (AWS does not list its own parameters).',
      `Not checked: secret \`${theirs}\` (it is in account 210987654321, and the credentials are of another account).`,
    ])
  })

  test('where the endpoint does not know the service', async () => {
    const bare = await start({ moto: 'no-such-moto-server' })
    try {
      const done = await tryOut(all, {}, { at: bare })
      expect(done.error).toBeUndefined()
      expect(done.changed).toEqual(['ecs:RegisterTaskDefinition', 'ecs:UpdateService'])
      expect(done.log.filter((line) => line.startsWith('Not checked'))).toHaveLength(4)
    } finally {
      await bare.close()
    }
  })

  test('in a region that the account has not opted into', async () => {
    const unknown = new AwsError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    )
    intercept = ({ action }) => (action === 'DescribeParameters' ? { error: unknown } : undefined)
    const theirs = `arn:aws:ssm:ap-east-1:${ACCOUNT}:parameter/token`
    const done = await tryOut(secret(theirs), {}, { inputs: { command: 'verify' } })
    expect(done.error).toBeUndefined()
    expect(done.log).toContain(
      'Not checked: parameter `/token` (`ssm:DescribeParameters` failed with UnrecognizedClientException).',
    )
  })

  test('expired credentials are an error at once', async () => {
    intercept = ({ action }) =>
      action === 'GetRole' ? { error: new AwsError('ExpiredToken', 'The security token is expired', 403) } : undefined
    const done = await tryOut({})
    expect(done.error).toContain('Could not look for role `execution`. ')
    expect(done.error).toContain('configure-aws-credentials')
    expect(done.changed).toEqual([])
  })
})
