// Blue/green and canary deployments over HTTP, with the SDK's clients and the AWS CLI, on the scenarios as they are.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  ContinueServiceDeploymentCommand,
  type DeploymentConfiguration,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  type ServiceDeployment,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { DescribeRulesCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { loadScenario } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { defaultNetwork } from '../../support/default-network.ts'
import { makeFront, type NativeFront, shifting } from '../../support/deploy-ecs/blue-green-service.ts'
import { makeService } from '../../support/deploy-ecs/ecs-cloud.ts'

const SECOND = 1_000
const MINUTE = 60_000
let cloud: Cloud
let clock: ManualClock
let ecs: ECSClient
let elb: ElasticLoadBalancingV2Client
let front: NativeFront

afterEach(async () => {
  ecs.destroy()
  elb.destroy()
  await cloud.close()
})

const aws = async (...args: string[]) => {
  const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json'], {
    env: { ...process.env, ...cloud.env },
  })
  return JSON.parse(stdout)
}

/** A steady service with a second revision registered, in a scenario. */
async function begin(scenario: string, deploymentConfiguration: DeploymentConfiguration): Promise<void> {
  clock = new ManualClock(Date.now())
  cloud = await startCloud({ clock, seed: 1, runtime: 'simulated', scenario: loadScenario(scenario) })
  const config = {
    ...{ endpoint: cloud.url, region: 'us-east-1' },
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
  }
  ecs = new ECSClient(config)
  elb = new ElasticLoadBalancingV2Client(config)
  const subnets = (await defaultNetwork(cloud.url)).subnets.slice(0, 2)
  const stage = { ecs, elb, clock }
  front = await makeFront(stage, 'web', { subnets })
  await makeService(stage, {
    balanced: false,
    service: { loadBalancers: [shifting(front)], deploymentConfiguration },
  })
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: 'web', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' },
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      containerDefinitions: [{ name: 'app', image: 'example.com/web:2', portMappings: [{ containerPort: 80 }] }],
    }),
  )
}

const update = (more = {}) =>
  ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', taskDefinition: 'web', ...more }))

async function current(): Promise<ServiceDeployment> {
  const of = { cluster: 'production', service: 'web' }
  const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand(of))
  const serviceDeploymentArns = [serviceDeployments?.[0]?.serviceDeploymentArn ?? '']
  const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }))
  return described.serviceDeployments?.[0] ?? {}
}

async function until(stage: string): Promise<ServiceDeployment> {
  for (let i = 0; i < 1_000; i++) {
    const seen = await current()
    if (seen.lifecycleStage === stage) return seen
    await clock.advance(SECOND)
  }
  throw new Error(`never came to ${stage}`)
}

async function weights(): Promise<unknown[]> {
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [front.productionRule] }))
  const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []
  return [front.blue, front.green].map((arn) => groups.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight)
}

test('blue-green: a pause is visible to, and continued by, the AWS CLI and the SDK', async () => {
  await begin('blue-green', { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 3 })
  await update({
    deploymentConfiguration: {
      ...{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 3 },
      lifecycleHooks: [
        {
          ...{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT'] },
          timeoutConfiguration: { timeoutInMinutes: 90, action: 'CONTINUE' },
        },
      ],
    },
  })
  expect(await until('SCALE_UP')).toMatchObject({ targetServiceRevision: { requestedTaskCount: 2 } })
  const paused = await until('POST_TEST_TRAFFIC_SHIFT')
  const [hook] = paused.lifecycleHookDetails ?? []
  expect(hook).toMatchObject({ targetType: 'PAUSE', status: 'AWAITING_ACTION', timeoutAction: 'CONTINUE' })
  expect(Math.round(((hook?.expiresAt?.getTime() ?? 0) - clock.now()) / MINUTE)).toBe(90)
  const arn = paused.serviceDeploymentArn ?? ''
  const read = await aws('ecs', 'describe-service-deployments', '--service-deployment-arns', arn)
  expect(read.serviceDeployments[0]).toMatchObject({
    lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT',
    lifecycleHookDetails: [{ hookId: hook?.hookId, status: 'AWAITING_ACTION' }],
    targetServiceRevision: { requestedProductionTrafficWeight: 0, requestedTestTrafficWeight: 100 },
  })
  const goOn = ['--service-deployment-arn', arn, '--hook-id', hook?.hookId ?? '', '--action', 'CONTINUE']
  expect(await aws('ecs', 'continue-service-deployment', ...goOn)).toEqual({ serviceDeploymentArn: arn })

  const again = await until('POST_PRODUCTION_TRAFFIC_SHIFT')
  expect(await weights()).toEqual([0, 100])
  const { hookId } = again.lifecycleHookDetails?.find(({ status }) => status === 'AWAITING_ACTION') ?? {}
  await ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn: arn, hookId, action: 'CONTINUE' }))
  await until('BAKE_TIME')
  await clock.advance(10 * MINUTE)
  expect(await current()).toMatchObject({ status: 'SUCCESSFUL', finishedAt: expect.any(Date) })
  const target = (await current()).targetServiceRevision?.arn ?? ''
  const { serviceRevisions } = await ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [target] }))
  expect(serviceRevisions?.[0]?.resolvedConfiguration?.loadBalancers).toEqual([
    { targetGroupArn: front.green, productionListenerRule: front.productionRule },
  ])
})

test("canary-alarm: the alarm takes the canary's traffic share away", async () => {
  const alarms = { alarmNames: ['canary-5xx'], enable: true, rollback: true }
  await begin('canary-alarm', { strategy: 'CANARY', bakeTimeInMinutes: 5, alarms })
  await update()
  expect(await until('PRODUCTION_TRAFFIC_SHIFT')).toMatchObject({
    deploymentConfiguration: { canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 10 } },
    targetServiceRevision: { requestedProductionTrafficWeight: 5 },
    sourceServiceRevisions: [{ requestedProductionTrafficWeight: 95, runningTaskCount: 2 }],
  })
  expect(await weights()).toEqual([95, 5])
  await clock.advance(5 * MINUTE)
  expect(await current()).toMatchObject({
    ...{ status: 'ROLLBACK_SUCCESSFUL', alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['canary-5xx'] } },
    rollback: { reason: expect.stringContaining('canary-5xx'), startedAt: expect.any(Date) },
  })
  expect(await weights()).toEqual([100, 0])
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  expect(services?.[0]).toMatchObject({
    ...{ taskDefinition: expect.stringMatching(/web:1$/), runningCount: 2 },
    deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
  })
  const told = cloud.journal.entries('service-deployment').map(({ status }) => status)
  expect(told.slice(-1)).toEqual(['ROLLBACK_SUCCESSFUL'])
})
