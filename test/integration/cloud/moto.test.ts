import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { busyboxImage, removeTestImages } from '../../support/busybox-image.ts'

// Needs moto's server (pip install 'moto[server]'), the AWS CLI, and a Docker engine.

const TEST = 'cloud-moto'

let cloud: Cloud

beforeAll(async () => {
  cloud = await startCloud()
})
afterAll(() => cloud.close())

const logs = (account: string) =>
  new CloudWatchLogsClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
    maxAttempts: 1,
  })

test('moto serves the other AWS services, separately for each account', async () => {
  const [ours, theirs] = [logs('123456789012'), logs('222222222222')]
  await ours.send(new CreateLogGroupCommand({ logGroupName: 'web' }))
  expect((await ours.send(new DescribeLogGroupsCommand())).logGroups).toEqual([
    expect.objectContaining({ logGroupName: 'web', arn: expect.stringContaining(':123456789012:') }),
  ])
  expect((await theirs.send(new DescribeLogGroupsCommand())).logGroups).toEqual([])
})

test("moto's errors are in the journal with their code", async () => {
  const create = () => logs('333333333333').send(new CreateLogGroupCommand({ logGroupName: 'twice' }))
  await create()
  await expect(create()).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
  expect(cloud.journal.entries('api').at(-1)).toMatchObject({
    service: 'logs',
    action: 'CreateLogGroup',
    account: '333333333333',
    outcome: 'ResourceAlreadyExistsException',
  })
})

test('Application Auto Scaling has targets for services of this cloud, and policies of moto', async () => {
  const config = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
    maxAttempts: 1,
  }
  const [ecs, autoscaling] = [new ECSClient(config), new ApplicationAutoScalingClient(config)]
  await ecs.send(new CreateClusterCommand({ clusterName: 'prod' }))
  const containerDefinitions = [{ name: 'app', image: 'web', memory: 64 }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }))
  await ecs.send(
    new CreateServiceCommand({ cluster: 'prod', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 }),
  )
  const web = {
    ServiceNamespace: 'ecs',
    ResourceId: 'service/prod/web',
    ScalableDimension: 'ecs:service:DesiredCount',
  } as const
  await autoscaling.send(new RegisterScalableTargetCommand({ ...web, MinCapacity: 2, MaxCapacity: 30 }))
  const TargetTrackingScalingPolicyConfiguration = {
    TargetValue: 60,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
  } as const
  const PolicyType = 'TargetTrackingScaling'
  await autoscaling.send(
    new PutScalingPolicyCommand({ ...web, PolicyName: 'cpu', PolicyType, TargetTrackingScalingPolicyConfiguration }),
  )
  const { ServiceNamespace } = web
  const targets = await autoscaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace }))
  expect(targets.ScalableTargets).toMatchObject([{ ...web, MinCapacity: 2, MaxCapacity: 30 }])
  const policies = await autoscaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace }))
  expect(policies.ScalingPolicies).toMatchObject([{ ...web, PolicyName: 'cpu' }])
})

test("moto runs no container, which could have this machine's disk", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-moto-test-'))
  const image = await busyboxImage(TEST)
  const aws = async (...args: string[]) => {
    const env = { ...process.env, ...cloud.env }
    const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json'], { env })
    return JSON.parse(stdout)
  }
  const container = {
    ...{ image, vcpus: 1, memory: 64, command: ['sh', '-c', 'echo x > /host/marker'] },
    volumes: [{ name: 'disk', host: { sourcePath: folder } }],
    mountPoints: [{ sourceVolume: 'disk', containerPath: '/host' }],
  }
  const policy = ['--assume-role-policy-document', '{"Version":"2012-10-17","Statement":[]}']
  const { Role } = await aws('iam', 'create-role', '--role-name', 'batch', ...policy)
  const machines = ['--compute-environment-name', 'machines', '--type', 'UNMANAGED', '--service-role', Role.Arn]
  await aws('batch', 'create-compute-environment', ...machines)
  const order = ['--priority', '1', '--compute-environment-order', 'order=1,computeEnvironment=machines']
  await aws('batch', 'create-job-queue', '--job-queue-name', 'queue', '--state', 'ENABLED', ...order)
  const definition = ['--type', 'container', '--container-properties', JSON.stringify(container)]
  await aws('batch', 'register-job-definition', '--job-definition-name', 'touch', ...definition)
  const job = ['--job-name', 'touch', '--job-queue', 'queue', '--job-definition', 'touch']
  const { jobId } = await aws('batch', 'submit-job', ...job)
  const ended = async (): Promise<string> => {
    const { jobs } = await aws('batch', 'describe-jobs', '--jobs', jobId)
    if (['FAILED', 'SUCCEEDED'].includes(jobs[0].status)) return jobs[0].status
    await delay(200)
    return ended()
  }
  expect(await ended()).toBe('FAILED')
  expect(readdirSync(folder)).toEqual([])
  rmSync(folder, { recursive: true })
  await removeTestImages(TEST)
})

/** Asks `cloudUrl` for something of a service that only moto has. */
const ask = (cloudUrl: string, service: string, request: RequestInit = {}) =>
  fetch(cloudUrl, {
    ...request,
    headers: {
      ...request.headers,
      authorization: `AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/${service}/aws4_request, Signature=0`,
    },
  })

describe('without moto installed', () => {
  let bare: Cloud

  beforeAll(async () => {
    bare = await startCloud({ programs: { moto: 'no-such-moto-server' } })
  })
  afterAll(() => bare.close())

  const form = { method: 'POST', body: new URLSearchParams({ Action: 'DescribeVpcs' }) }

  test.each([
    [
      'json',
      'logs',
      { method: 'POST', headers: { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' }, body: '{}' },
      /^\{"__type":"ServiceUnavailable"/,
    ],
    ['query', 'iam', form, /^<ErrorResponse.*<Code>ServiceUnavailable<\/Code>/],
    ['ec2', 'ec2', form, /^<Response><Errors><Error><Code>ServiceUnavailable<\/Code>/],
    ['rest-xml', 'route53', {}, /^<ErrorResponse>.*<Code>ServiceUnavailable<\/Code>/],
    ['rest-json', 'lambda', {}, /^\{"message"/],
  ])('the %s protocol says so, and how to get it', async (_, service, request, shape) => {
    const answer = await ask(bare.url, service, request)
    const body = await answer.text()
    expect(answer.status).toBe(503)
    expect(body).toMatch(shape)
    expect(body).toContain('no-such-moto-server is not installed')
    expect(body).toContain("pip install 'moto[server]'")
  })
})
