import { get } from 'node:http'
import { CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import {
  type ContainerDefinition,
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  type DeploymentConfiguration,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Service,
  StopTaskCommand,
  type Task,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import Docker from 'dockerode'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { busyboxImage, removeTestImages, TEST_LABEL } from '../../support/busybox-image.ts'
import { defaultNetwork } from '../../support/default-network.ts'
import { makeFront, shifting } from '../../support/deploy-ecs/blue-green-service.ts'
import { runLabel } from '../../support/run-label.ts'

// Needs a Docker engine, and Debian's docker-registry, moto and busybox-static. Real containers, real probes, real traffic.

const TEST = `cloud-ecs-${process.pid}`
const RUN = runLabel()
const SPEED = 10
const engine = new Docker()

let cloud: Cloud
let image: string
let subnets: string[]
let ecs: ECSClient
let elb: ElasticLoadBalancingV2Client

beforeAll(async () => {
  cloud = await startCloud({ runtime: 'docker', runId: RUN, speed: SPEED })
  const config = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
  }
  ecs = new ECSClient(config)
  elb = new ElasticLoadBalancingV2Client(config)
  image = await push(new ECRClient(config))
  subnets = (await defaultNetwork(cloud.url)).subnets.slice(0, 2)
  await new CloudWatchLogsClient(config).send(new CreateLogGroupCommand({ logGroupName: '/ecs/web' }))
  await ecs.send(new CreateClusterCommand({ clusterName: 'main' }))
})

afterAll(async () => {
  ecs?.destroy()
  elb?.destroy()
  await cloud?.close()
  await removeTestImages(TEST)
})

/** Pushes the test's image to the cloud's registry, and removes it from the engine: tasks have to pull it. */
async function push(ecr: ECRClient): Promise<string> {
  const local = await busyboxImage(TEST)
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'web' }))
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand())
  const [username = '', password = ''] = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64')
    .toString()
    .split(':')
  const uri = repository?.repositoryUri ?? ''
  await engine.getImage(local).tag({ repo: uri, tag: '1' })
  const progress = await engine.getImage(`${uri}:1`).push({ authconfig: { username, password, serveraddress: uri } })
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()))
  })
  await engine.getImage(`${uri}:1`).remove()
  return `${uri}:1`
}

/** Registers a revision of a family for Fargate, and gives `family:revision`. */
async function register(family: string, ...containers: Partial<ContainerDefinition>[]): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      cpu: '256',
      memory: '512',
      containerDefinitions: containers.map((more) => ({ name: 'web', image, stopTimeout: 2, ...more })),
    }),
  )
  return `${family}:${taskDefinition?.revision}`
}

const site = (version: string): Partial<ContainerDefinition> => ({
  command: [
    'sh',
    '-c',
    `mkdir -p /tmp/www && echo ${version} > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www`,
  ],
  portMappings: [{ containerPort: 8080 }],
})

async function create(serviceName: string, taskDefinition: string, more = {}): Promise<void> {
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'main',
      serviceName,
      taskDefinition,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets } },
      ...more,
    }),
  )
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 5_000; i++) {
    const seen = await look()
    if (seen !== undefined) return seen
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(
    `waited in vain for ${what}; last: ${JSON.stringify(cloud.journal.entries('task').slice(-5), null, 1)}`,
  )
}

async function service(name: string): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'main', services: [name] }))
  return services?.[0] ?? {}
}

const rolledOut = (name: string) =>
  until(`the rollout of ${name}`, async () => {
    const seen = await service(name)
    const [primary, ...others] = seen.deployments ?? []
    return others.length === 0 && primary?.rolloutState === 'COMPLETED' ? seen : undefined
  })

/** Runs one task, and gives it as it is once `ready` says so. */
async function run(taskDefinition: string, ready: (task: Task) => boolean): Promise<Task> {
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster: 'main',
      taskDefinition,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets } },
    }),
  )
  return taskOnce(tasks?.[0]?.taskArn ?? '', ready)
}

const taskOnce = (taskArn: string, ready: (task: Task) => boolean) =>
  until(`task ${taskArn}`, async () => {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: [taskArn] }))
    const task = tasks?.[0] ?? {}
    return ready(task) ? task : undefined
  })

const isRunning = ({ lastStatus }: Task) => lastStatus === 'RUNNING'
const isStopped = ({ lastStatus }: Task) => lastStatus === 'STOPPED'

const fetchText = (host: string, port: number) =>
  new Promise<string>((resolve, reject) => {
    get({ host, port, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text.trim()) : reject(new Error(`${response.statusCode}`)),
      )
    }).on('error', reject)
  })

test('a rollout behind a load balancer loses no request', async () => {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: 'web',
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: 'vpc-1',
      TargetType: 'ip',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
    }),
  )
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  await elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
    }),
  )
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: 'web', Subnets: subnets }))
  const balancer = LoadBalancers?.[0]
  const port = 20_000 + (process.pid % 10_000)
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn ?? '',
      Protocol: 'HTTP',
      Port: port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  )
  await create('web', await register('web', site('one')), {
    desiredCount: 2,
    loadBalancers: [{ targetGroupArn: TargetGroupArn, containerName: 'web', containerPort: 8080 }],
  })
  await rolledOut('web')
  const host = balancer?.DNSName ?? ''
  expect(await fetchText(host, port)).toBe('one')

  await ecs.send(
    new UpdateServiceCommand({ cluster: 'main', service: 'web', taskDefinition: await register('web', site('two')) }),
  )
  const answers: string[] = []
  const completed = rolledOut('web').then(() => 'done')
  while ((await Promise.race([completed, new Promise((resolve) => setTimeout(resolve, 20))])) !== 'done') {
    answers.push(await fetchText(host, port))
  }
  const last = await fetchText(host, port)
  expect(last).toBe('two')
  expect(new Set([...answers, last])).toEqual(new Set(['one', 'two']))
  const containers = await engine.listContainers({
    filters: { label: [`slipway.rehearsal=${RUN}`, 'com.amazonaws.ecs.task-definition-version=2'] },
  })
  expect(containers.filter(({ Labels }) => Labels['com.amazonaws.ecs.container-name'] === 'web')).toHaveLength(2)

  const { taskArns } = await ecs.send(new ListTasksCommand({ cluster: 'main', serviceName: 'web' }))
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }))
  for (const task of tasks ?? []) {
    expect(task.containers?.[0]).toMatchObject({
      lastStatus: 'RUNNING',
      imageDigest: expect.stringMatching(/^sha256:/),
    })
  }
})

test('a canary gets its share of requests after test traffic, and no request is lost', async () => {
  const [production, testing] = [20_000 + (process.pid % 10_000), 30_000 + (process.pid % 2_000)]
  const front = await makeFront({ elb }, 'canary', { subnets, productionPort: production, testPort: testing })
  const configuration: DeploymentConfiguration = {
    strategy: 'CANARY',
    bakeTimeInMinutes: 0,
    canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 0 },
  }
  await create('canary', await register('canary', site('blue')), {
    desiredCount: 2,
    loadBalancers: [shifting(front, 'web', 8080)],
    deploymentConfiguration: configuration,
  })
  await rolledOut('canary')
  const { host } = front
  expect([await fetchText(host, production), await fetchText(host, testing)]).toEqual(['blue', 'blue'])

  const { service: updated } = await ecs.send(
    new UpdateServiceCommand({
      ...{ cluster: 'main', service: 'canary', taskDefinition: await register('canary', site('green')) },
      deploymentConfiguration: {
        ...configuration,
        lifecycleHooks: [
          {
            targetType: 'PAUSE',
            lifecycleStages: [
              'POST_SCALE_UP',
              'POST_TEST_TRAFFIC_SHIFT',
              'PRE_PRODUCTION_TRAFFIC_SHIFT',
              'POST_PRODUCTION_TRAFFIC_SHIFT',
            ],
          },
        ],
      },
    }),
  )
  const serviceDeploymentArn = updated?.currentServiceDeployment
  const deployment = async () => {
    const { serviceDeployments } = await ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [serviceDeploymentArn ?? ''] }),
    )
    return serviceDeployments?.[0] ?? {}
  }
  const greens = async (port: number) => {
    const answers = []
    for (let i = 0; i < 10; i++) answers.push(await fetchText(host, port))
    expect(new Set([...answers, 'blue', 'green'])).toEqual(new Set(['blue', 'green']))
    return answers.filter((answer) => answer === 'green').length
  }
  /** Waits, under traffic, for the next hook, or for the end. */
  const pause = () =>
    until('a hook of the canary', async () => {
      for (const port of [production, testing]) await fetchText(host, port)
      const seen = await deployment()
      const hook = seen.lifecycleHookDetails?.find(({ status }) => status === 'AWAITING_ACTION')
      return hook !== undefined || seen.status !== 'IN_PROGRESS' ? { ...seen, hookId: hook?.hookId } : undefined
    })
  const seen: [string | undefined, number, number][] = []
  for (let at = await pause(); at.hookId !== undefined; at = await pause()) {
    seen.push([at.lifecycleStage, await greens(production), await greens(testing)])
    const { hookId } = at
    await ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: 'CONTINUE' }))
  }
  expect((await deployment()).status).toBe('SUCCESSFUL')
  // How many of ten requests the new revision answers: of production, and of test traffic.
  expect(seen).toEqual([
    ['POST_SCALE_UP', 0, 0],
    ['POST_TEST_TRAFFIC_SHIFT', 0, 10],
    ['PRE_PRODUCTION_TRAFFIC_SHIFT', 0, 10],
    ['PRE_PRODUCTION_TRAFFIC_SHIFT', 2, 10],
    ['POST_PRODUCTION_TRAFFIC_SHIFT', 10, 10],
  ])
})

test('a missing image, a broken command and an unknown secret stop a task from starting', async () => {
  const missing = await register('missing', { image: image.replace(/:1$/, ':none') })
  expect(await run(missing, isStopped)).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(
      /^CannotPullContainerError: pull image manifest has been retried 1 time\(s\): failed to resolve ref .*:none: not found$/,
    ),
  })
  const broken = await register('broken', { command: ['no-such-program'] })
  expect(await run(broken, isStopped)).toMatchObject({
    stopCode: 'TaskFailedToStart',
    containers: [
      { reason: expect.stringMatching(/^CannotStartContainerError: Error response from daemon: .*no-such-program/) },
    ],
  })
  const valueFrom = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:nothing'
  const secret = await register('secret', { secrets: [{ name: 'TOKEN', valueFrom }] })
  expect(await run(secret, isStopped)).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(/^ResourceInitializationError: unable to pull secrets or registry auth: /),
  })
})

test('exit codes and out-of-memory are reported', async () => {
  const crash = await register('crash', { command: ['sh', '-c', 'sleep 1; exit 3'] })
  expect(await run(crash, isStopped)).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ exitCode: 3 }],
  })
  const eatAll = ['sh', '-c', 'sleep 1; tail /dev/zero']
  const hungry = await register('hungry', { memory: 8, command: eatAll })
  const reasonOfHungry = async () => {
    const task = await run(hungry, isStopped)
    expect(task).toMatchObject({ stopCode: 'EssentialContainerExited', containers: [{ exitCode: 137 }] })
    return task.containers?.[0]?.reason
  }
  // Some engines do not see what the kernel does (cgroup v1 with unmounted hierarchies): ours says what the engine says. Under
  // load an engine may also miss one of several kills, so each side has three chances.
  const reason = await firstOf(3, reasonOfHungry)
  const seen = await firstOf(3, async () => (await seesOutOfMemory(eatAll)) || undefined)
  expect(reason).toBe(seen && 'OutOfMemoryError: Container killed due to memory usage')
})

async function firstOf<T>(attempts: number, attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  const value = await attempt()
  return value === undefined && attempts > 1 ? firstOf(attempts - 1, attempt) : value
}

/** Whether this engine tells of a container that was killed for its memory, asked without any of our code. */
async function seesOutOfMemory(Cmd: string[]): Promise<boolean> {
  const memory = 8 * 1024 * 1024
  const control = await engine.createContainer({
    Image: image,
    Cmd,
    Labels: { [TEST_LABEL]: TEST },
    HostConfig: { Memory: memory, MemorySwap: memory },
  })
  try {
    await control.start()
    await control.wait()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    return (await control.inspect()).State.OOMKilled
  } finally {
    await control.remove({ force: true })
  }
}

test('containers of a task share its address, start in order, and stop within stopTimeout', async () => {
  const definition = await register(
    'pair',
    {
      ...site('shared'),
      healthCheck: { command: ['CMD-SHELL', 'wget -q -O - http://127.0.0.1:8080/'], interval: 5 },
      dependsOn: [{ containerName: 'prepare', condition: 'SUCCESS' }],
    },
    { name: 'prepare', essential: false, command: ['true'] },
    {
      name: 'probe',
      essential: false,
      // It reaches the other container on the loopback of the network that they share.
      command: ['sh', '-c', 'wget -q -O - http://127.0.0.1:8080/ && exec sleep 600'],
      dependsOn: [{ containerName: 'web', condition: 'HEALTHY' }],
    },
  )
  const task = await run(definition, isRunning)
  expect(task).toMatchObject({
    healthStatus: 'HEALTHY',
    containers: [
      { name: 'web', lastStatus: 'RUNNING', healthStatus: 'HEALTHY' },
      { name: 'prepare', lastStatus: 'STOPPED', exitCode: 0 },
      { name: 'probe', lastStatus: 'RUNNING' },
    ],
  })
  const address = task.attachments?.[0]?.details?.find(({ name }) => name === 'privateIPv4Address')?.value ?? ''
  expect(await fetchText(address, 8080)).toBe('shared')
  await ecs.send(new StopTaskCommand({ cluster: 'main', task: task.taskArn, reason: 'enough' }))
  expect(await taskOnce(task.taskArn ?? '', isStopped)).toMatchObject({
    stopCode: 'UserInitiated',
    stoppedReason: 'enough',
  })
})

test('bridge mode publishes a host port', async () => {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'bridge',
      containerDefinitions: [{ name: 'web', image, memory: 64, ...site('bridged') }],
    }),
  )
  const { tasks } = await ecs.send(
    new RunTaskCommand({ cluster: 'main', taskDefinition: taskDefinition?.taskDefinitionArn }),
  )
  const task = await taskOnce(tasks?.[0]?.taskArn ?? '', isRunning)
  const binding = task.containers?.[0]?.networkBindings?.[0]
  expect(binding).toMatchObject({ containerPort: 8080, protocol: 'tcp' })
  expect(await fetchText('127.0.0.1', binding?.hostPort ?? 0)).toBe('bridged')
})

test('container output goes to its log group, and a missing group stops the task from starting', async () => {
  const logged = (group: string): Partial<ContainerDefinition> => ({
    command: ['sh', '-c', 'echo first; echo second; sleep 1'],
    logConfiguration: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': group, 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'app' },
    },
  })
  const task = await run(await register('logged', logged('/ecs/web')), isStopped)
  const logs = new CloudWatchLogsClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' },
  })
  const id = task.taskArn?.split('/').at(-1)
  const { events } = await logs.send(
    new GetLogEventsCommand({ logGroupName: '/ecs/web', logStreamName: `app/web/${id}` }),
  )
  expect(events?.map(({ message }) => message)).toEqual(['first', 'second'])
  expect(await run(await register('logged', logged('/ecs/none')), isStopped)).toMatchObject({
    stoppedReason: expect.stringMatching(
      /^ResourceInitializationError: failed to validate logger args: .*ResourceNotFoundException/,
    ),
  })
})

test('closing the cloud removes everything from the engine', async () => {
  await cloud.close()
  const filters = { label: [`slipway.rehearsal=${RUN}`] }
  expect(await engine.listContainers({ all: true, filters })).toEqual([])
  expect(await engine.listNetworks({ filters })).toEqual([])
  const images = (await engine.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])
  expect(images).not.toContain(image)
  expect(images).not.toContain(`slipway-pause:${RUN}`)
})
