import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { ECSClient } from '@aws-sdk/client-ecs'
import { parse } from 'yaml'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'
import { seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import { createMoto, type Moto } from '../../../rehearsal/cloud/moto/moto.ts'
import { createSimulatedRuntime } from '../../../rehearsal/cloud/runtimes/simulated/index.ts'
import { defaultNetwork } from '../../support/default-network.ts'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts'
import { type Difference, differences } from './moto-comparison/compare.ts'
import { type Answer, calls } from './moto-comparison/ecs-calls.ts'

// The same calls to our ECS and to moto's, field by field. Needs moto's server and the AWS CLI.

let cloud: Cloud
let moto: Moto
let motoServer: FaultProxy

beforeAll(async () => {
  // A clock that stands still: what differs must not depend on how far tasks have come.
  const clock = new ManualClock(Date.now())
  cloud = await startCloud({ clock, runtime: createSimulatedRuntime({ clock, random: seededRandom(1) }) })
  moto = createMoto()
  motoServer = await startFaultProxy({ socketPath: await moto.start() })
})

afterAll(async () => {
  await cloud?.close()
  await motoServer?.close()
  await moto?.close()
})

const client = (endpoint: string) =>
  new ECSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
    // On a slow machine moto may close an idle connection in the moment of the next call.
    maxAttempts: 3,
  })

/** What the AWS CLI prints, which fails with what it prints to stderr. */
async function aws(...args: string[]): Promise<string> {
  const credentials = { AWS_ACCESS_KEY_ID: '123456789012', AWS_SECRET_ACCESS_KEY: 'x', AWS_DEFAULT_REGION: 'us-east-1' }
  const env = { ...process.env, ...credentials, AWS_ENDPOINT_URL: cloud.url }
  return (await promisify(execFile)('aws', [...args, '--output', 'json'], { env })).stdout
}

/** Makes all calls, and gives each answer or refusal without what the SDK adds. */
async function answersOf(endpoint: string): Promise<Map<string, Answer>> {
  const ecs = client(endpoint)
  const { subnets, securityGroup } = await defaultNetwork(endpoint)
  const network = { subnets: subnets.slice(0, 1), securityGroups: [securityGroup] }
  const answers = new Map<string, Answer>()
  for (const { name, send } of calls) {
    answers.set(
      name,
      await send(ecs, answers, network).then(
        ({ $metadata: _, ...answer }: Answer) => answer,
        ({ name: code, message, $fault }: Answer) => ({ refused: { code, message, fault: $fault } }),
      ),
    )
  }
  ecs.destroy()
  return answers
}

interface Explanation {
  /** Places, with * for any text that has no dot in it, and ** for any text. */
  readonly at: readonly string[]
  readonly why: string
}

const pattern = (at: string) =>
  new RegExp(
    `^${at
      .replace(/[\\^$+?.()|[\]{}]/g, '\\$&')
      .replaceAll('**', '\u0000')
      .replaceAll('*', '[^.]*')
      .replaceAll('\u0000', '.*')}$`,
  )

test("every difference to moto's responses is listed and explained", async () => {
  const [ours, theirs] = await Promise.all([answersOf(cloud.url), answersOf(`http://${motoServer.host}`)])
  const found = calls.flatMap(({ name }) => differences(name, ours.get(name), theirs.get(name)))
  const file = new URL('./moto-comparison/ecs-differences.yaml', import.meta.url)
  const explanations = parse(readFileSync(file, 'utf8')) as readonly Explanation[]
  const explained = (at: string) =>
    explanations.some((explanation) => explanation.at.some((one) => pattern(one).test(at)))
  const unexplained: readonly Difference[] = found.filter(({ at }) => !explained(at))
  expect(unexplained).toEqual([])
  // An explanation that explains nothing is out of date.
  const idle = explanations.flatMap(({ at }) =>
    at.filter((one) => !found.some((difference) => pattern(one).test(difference.at))),
  )
  expect(idle).toEqual([])
})

test('the AWS CLI parses every response', async () => {
  const cluster = ['--cluster', 'cli']
  const ask = async (...args: string[]) => JSON.parse((await aws('ecs', ...args)) || '{}')
  const containers = JSON.stringify([
    { name: 'web', image: 'registry.example/web:1', portMappings: [{ containerPort: 80 }] },
  ])
  const network = 'awsvpcConfiguration={subnets=[subnet-1]}'
  const fargate = ['--launch-type', 'FARGATE', '--network-configuration', network]

  await ask('create-cluster', '--cluster-name', 'cli')
  const definition = await ask(
    ...['register-task-definition', '--family', 'cli', '--network-mode', 'awsvpc', '--cpu', '256', '--memory', '512'],
    ...['--requires-compatibilities', 'FARGATE', '--container-definitions', containers],
  )
  const service = await ask(
    'create-service',
    ...cluster,
    '--service-name',
    'web',
    '--task-definition',
    'cli',
    '--desired-count',
    '1',
    ...fargate,
  )
  const run = await ask('run-task', ...cluster, '--task-definition', 'cli', ...fargate)
  const { currentServiceDeployment, serviceArn } = service.service
  const deployment = await ask('describe-service-deployments', '--service-deployment-arns', currentServiceDeployment)
  const [{ targetServiceRevision }] = deployment.serviceDeployments
  const taskArn = run.tasks[0].taskArn

  const reads = {
    clusters: ask('describe-clusters', '--clusters', 'cli', '--include', 'STATISTICS', 'TAGS'),
    clusterList: ask('list-clusters'),
    services: ask('describe-services', ...cluster, '--services', 'web', '--include', 'TAGS'),
    serviceList: ask('list-services', ...cluster),
    tasks: ask('describe-tasks', ...cluster, '--tasks', taskArn),
    taskList: ask('list-tasks', ...cluster),
    definition: ask('describe-task-definition', '--task-definition', 'cli'),
    definitions: ask('list-task-definitions', '--family-prefix', 'cli'),
    families: ask('list-task-definition-families'),
    deployments: ask('list-service-deployments', ...cluster, '--service', 'web'),
    revisions: ask('describe-service-revisions', '--service-revision-arns', targetServiceRevision.arn),
    tags: ask('list-tags-for-resource', '--resource-arn', serviceArn),
    instances: ask('list-container-instances', ...cluster),
    settings: ask('list-account-settings', '--effective-settings'),
  }
  const read = Object.fromEntries(
    await Promise.all(Object.entries(reads).map(async ([name, answer]) => [name, await answer] as const)),
  )
  const abortNewest = async () => {
    const { serviceDeployments } = await ask('list-service-deployments', ...cluster, '--service', 'web')
    const [{ serviceDeploymentArn }] = serviceDeployments
    return ask('stop-service-deployment', '--service-deployment-arn', serviceDeploymentArn, '--stop-type', 'ABORT')
  }
  await ask('create-cluster', '--cluster-name', 'idle')
  const writes = {
    update: await ask('update-service', ...cluster, '--service', 'web', '--force-new-deployment'),
    stopped: await ask('stop-task', ...cluster, '--task', taskArn),
    aborted: await abortNewest(),
    tagged: await ask('tag-resource', '--resource-arn', serviceArn, '--tags', 'key=team,value=a'),
    untagged: await ask('untag-resource', '--resource-arn', serviceArn, '--tag-keys', 'team'),
    settings: await ask('update-cluster-settings', ...cluster, '--settings', 'name=containerInsights,value=enabled'),
    cluster: await ask('update-cluster', ...cluster, '--settings', 'name=containerInsights,value=disabled'),
    providers: await ask(
      ...['put-cluster-capacity-providers', ...cluster, '--capacity-providers', 'FARGATE'],
      ...['--default-capacity-provider-strategy', 'capacityProvider=FARGATE,weight=1'],
    ),
    setting: await ask('put-account-setting', '--name', 'containerInsights', '--value', 'enabled'),
    settingDefault: await ask('put-account-setting-default', '--name', 'containerInsights', '--value', 'disabled'),
    instances: await ask('describe-container-instances', ...cluster, '--container-instances', 'none'),
    deleted: await ask('delete-service', ...cluster, '--service', 'web', '--force'),
    deregistered: await ask('deregister-task-definition', '--task-definition', 'cli:1'),
    gone: await ask('delete-task-definitions', '--task-definitions', 'cli:1'),
    clusterDeleted: await ask('delete-cluster', '--cluster', 'idle'),
  }
  expect({ ...read, ...writes }).toMatchObject({
    clusters: { clusters: [{ clusterName: 'cli', status: 'ACTIVE' }] },
    services: { services: [{ serviceName: 'web', desiredCount: 1, deployments: [{ status: 'PRIMARY' }] }] },
    serviceList: { serviceArns: [serviceArn] },
    tasks: { tasks: [{ taskArn, taskDefinitionArn: definition.taskDefinition.taskDefinitionArn }] },
    definition: { taskDefinition: { family: 'cli', revision: 1 } },
    deployments: { serviceDeployments: [{ status: 'IN_PROGRESS' }] },
    revisions: { serviceRevisions: [{ serviceArn }] },
    update: { service: { deployments: [{ status: 'PRIMARY' }, { status: 'ACTIVE' }] } },
    stopped: { task: { desiredStatus: 'STOPPED' } },
    deleted: { service: { status: 'DRAINING' } },
    deregistered: { taskDefinition: { status: 'INACTIVE' } },
    aborted: { serviceDeploymentArn: expect.stringContaining(':service-deployment/cli/web/') },
    settings: { cluster: { settings: [{ name: 'containerInsights', value: 'enabled' }] } },
    cluster: { cluster: { settings: [{ name: 'containerInsights', value: 'disabled' }] } },
    providers: { cluster: { capacityProviders: ['FARGATE'] } },
    setting: { setting: { name: 'containerInsights', value: 'enabled' } },
    settingDefault: { setting: { name: 'containerInsights', value: 'disabled' } },
    instances: { containerInstances: [], failures: [{ reason: 'MISSING' }] },
    gone: { taskDefinitions: [{ status: 'DELETE_IN_PROGRESS' }] },
    clusterDeleted: { cluster: { status: 'INACTIVE' } },
  })
  // A refusal is read by its code and message.
  await expect(ask('describe-services', '--cluster', 'none', '--services', 'web')).rejects.toThrow(
    /\(ClusterNotFoundException\) when calling the DescribeServices operation: Cluster not found\./,
  )
  await expect(ask('describe-capacity-providers')).rejects.toThrow(
    /does not know the operation DescribeCapacityProviders/,
  )
})
