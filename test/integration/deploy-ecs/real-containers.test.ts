// deploy-ecs as a child process, on real containers: the task before the deploy with its log, the image that the tasks run, and
// health checks. Needs a Docker engine, and Debian's docker-registry, moto and busybox-static.
import { setTimeout as delay } from 'node:timers/promises'
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs'
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr'
import {
  type ContainerDefinition,
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type Service,
} from '@aws-sdk/client-ecs'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import Docker from 'dockerode'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { busyboxImage, removeTestImages } from '../../support/busybox-image.ts'
import { defaultNetwork } from '../../support/default-network.ts'
import { runStep, type Step, source, startStep } from '../../support/run-action.ts'
import { runLabel } from '../../support/run-label.ts'

const RUN = runLabel()
const TEST = `deploy-ecs-${RUN}`
const SPEED = 10
const region = 'us-east-1'
const engine = new Docker()
const trust = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
}

let cloud: Cloud
let ecs: ECSClient
let repository: string
let subnets: string[]
let push: (tag: string, from: string) => Promise<void>
let intercept: Intercept = () => undefined

beforeAll(async () => {
  cloud = await startCloud({
    runtime: 'docker',
    runId: RUN,
    speed: SPEED,
    region,
    intercept: (call) => intercept(call),
  })
  const config = { endpoint: cloud.url, region, credentials: { accessKeyId: '123456789012', secretAccessKey: 'x' } }
  ecs = new ECSClient(config)
  const ecr = new ECRClient(config)
  const made = await ecr.send(new CreateRepositoryCommand({ repositoryName: 'web' }))
  repository = made.repository?.repositoryUri ?? ''
  push = (tag, from) => pushAs(ecr, tag, from)
  await push('1', await busyboxImage(TEST))
  subnets = (await defaultNetwork(cloud.url)).subnets.slice(0, 1)
  await new CloudWatchLogsClient(config).send(new CreateLogGroupCommand({ logGroupName: '/web' }))
  await new IAMClient(config).send(
    new CreateRoleCommand({ RoleName: 'execution', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  )
  await ecs.send(
    new CreateClusterCommand({ clusterName: 'production', capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }),
  )
})

afterAll(async () => {
  ecs?.destroy()
  await cloud?.close()
  await removeTestImages(TEST)
})

beforeEach(() => {
  intercept = () => undefined
})

/** Pushes a local image as a tag of the repository, and removes that from the engine: tasks have to pull it. */
async function pushAs(ecr: ECRClient, tag: string, from: string): Promise<void> {
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand())
  const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString()
  const [username = '', password = ''] = token.split(':')
  await engine.getImage(from).tag({ repo: repository, tag })
  const image = engine.getImage(`${repository}:${tag}`)
  const progress = await image.push({ authconfig: { username, password, serveraddress: repository } })
  await new Promise<void>((resolve, reject) => {
    engine.modem.followProgress(progress, (error) => (error ? reject(error) : resolve()))
  })
  await image.remove()
}

/** A service that runs, with a log; gives its name. Steady once it is there. */
async function makeService(name: string, more: Partial<ContainerDefinition> = {}): Promise<string> {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      containerDefinitions: [
        {
          name: 'app',
          image: `${repository}:1`,
          command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
          stopTimeout: 2,
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/web', 'awslogs-region': region, 'awslogs-stream-prefix': name },
          },
          ...more,
        },
      ],
    }),
  )
  await ecs.send(
    new CreateServiceCommand({
      cluster: 'production',
      serviceName: name,
      taskDefinition: name,
      desiredCount: 1,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      networkConfiguration: { awsvpcConfiguration: { subnets } },
    }),
  )
  await until(`service ${name}`, async () => (await service(name)).deployments?.[0]?.rolloutState === 'COMPLETED')
  return name
}

async function service(name: string): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'production', services: [name] }))
  return services?.[0] ?? {}
}

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 5_000; i++) {
    if (await look()) return
    await delay(100)
  }
  throw new Error(`Waited in vain for ${what}: ${JSON.stringify(cloud.journal.entries('task').slice(-4))}`)
}

const step = (name: string, inputs: Record<string, string>, env: Record<string, string> = {}) => ({
  inputs: { cluster: 'production', service: name, ...inputs },
  env: { ...cloud.env, GITHUB_RUN_ID: '42', GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: name, ...env },
})
const script = (text: string) => JSON.stringify(['sh', '-c', text])
/** Shell that waits for `open` to be called. */
const gate = (name: string) => `until [ -e /${name} ]; do sleep 0.2; done`

/** The tasks of a family that no deployment started, by their ARNs. */
const ownTasks = (family: string) => [
  ...new Set(
    cloud.journal
      .entries('task')
      .filter((task) => task['service'] === undefined && String(task['taskDefinition']).includes(`/${family}:`))
      .map((task) => String(task['taskArn'])),
  ),
]
const updates = (name: string) =>
  cloud.journal
    .entries('api')
    .filter(({ action, request }) => action === 'UpdateService' && JSON.stringify(request ?? '').includes(name)).length

/** Lets a container that waits at a gate go on. */
async function open(family: string, name: string): Promise<void> {
  const label = [`slipway.rehearsal=${RUN}`, `com.amazonaws.ecs.task-definition-family=${family}`]
  const containers = await engine.listContainers({ filters: { label } })
  for (const { Id } of containers) {
    const command = await engine.getContainer(Id).exec({ Cmd: ['sh', '-c', `: > /${name}`], AttachStdout: true })
    await (await command.start({})).resume()
  }
}

const says = (running: Step, words: string) => until(`"${words}" in the log`, () => running.log().includes(words))

describe('the task before the deploy', () => {
  test('runs with the placement of the service, streams its log, and decides', async () => {
    const name = await makeService('streamed')
    const command = script(`echo one; ${gate('a')}; echo two; ${gate('b')}; echo three`)
    const running = startStep(
      source('deploy-ecs'),
      step(name, {
        image: `${repository}:1`,
        'before-deploy-command': command,
        'environment-variables': 'VERSION=2',
        'container-name': 'app',
      }),
    )
    await says(running, '\n  one\n')
    expect(running.log()).not.toContain('\n  two\n')
    await open(name, 'a')
    await says(running, '\n  two\n')
    expect(running.log()).not.toContain('\n  three\n')
    expect(updates(name)).toBe(0)
    await open(name, 'b')
    const done = await running.ended
    expect([done.code, done.outputs['verdict']]).toEqual([0, 'succeeded'])
    expect(done.log).toContain('\n  three\n')
    expect(done.log.indexOf('\n  three\n')).toBeLessThan(done.log.indexOf('Deploying streamed:2 to'))
    expect(updates(name)).toBe(1)

    const tasks = ownTasks(name)
    expect(tasks).toHaveLength(1)
    const described = await ecs.send(new DescribeTasksCommand({ cluster: 'production', tasks }))
    expect(described.tasks?.[0]).toMatchObject({
      capacityProviderName: 'FARGATE_SPOT',
      startedBy: 'slipway/42',
      taskDefinitionArn: expect.stringMatching(/streamed:2$/),
    })
    const subnet = described.tasks?.[0]?.attachments?.[0]?.details?.find((detail) => detail.name === 'subnetId')?.value
    expect(subnets).toContain(subnet)
  })

  test('that fails leaves the service as it is, with its last log lines in the error and the summary', async () => {
    const name = await makeService('failing')
    const command = script('echo migrating; echo "no such table: users"; exit 3')
    const done = await runStep(
      source('deploy-ecs'),
      step(name, { image: `${repository}:1`, 'environment-variables': 'VERSION=2', 'before-deploy-command': command }),
    )
    expect([done.code, done.outputs['verdict']]).toEqual([1, 'failed'])
    expect(done.log).toContain('exited with code 3')
    const [, error = ''] = /^::error::(.*)$/m.exec(done.log) ?? []
    for (const said of [error, done.summary]) {
      expect(said).toContain('The end of its log:')
      expect(said).toContain('no such table: users')
    }
    expect(updates(name)).toBe(0)
    expect((await service(name)).taskDefinition).toMatch(/failing:1$/)
  })

  test('runs once in each attempt of a run', async () => {
    const name = await makeService('once')
    const inputs = {
      image: `${repository}:1`,
      'environment-variables': 'VERSION=2',
      'before-deploy-command': script('echo migrated'),
    }
    for (const attempt of ['1', '1', '2']) {
      const done = await runStep(source('deploy-ecs'), step(name, inputs, { GITHUB_RUN_ATTEMPT: attempt }))
      expect([done.code, done.outputs['verdict']]).toEqual([0, 'succeeded'])
      expect(done.log).toContain('\n  migrated\n')
      expect(ownTasks(name)).toHaveLength(Number(attempt))
    }
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('is stopped on %s, and nothing is rolled out', async (signal) => {
    const name = await makeService(signal.toLowerCase())
    const command = script(`echo waiting; ${gate('never')}`)
    const running = startStep(
      source('deploy-ecs'),
      step(name, {
        image: `${repository}:1`,
        'environment-variables': 'VERSION=2',
        'before-deploy-command': command,
      }),
    )
    await says(running, '\n  waiting\n')
    running.child.kill(signal)
    const done = await running.ended
    expect([done.code, done.outputs['verdict']]).toEqual([1, 'cancelled'])
    const last = () => cloud.journal.entries('task').findLast(({ taskArn }) => taskArn === ownTasks(name)[0])
    await until('the end of the task', () => last()?.['lastStatus'] === 'STOPPED')
    expect(last()).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'The workflow run was cancelled.' })
    expect(updates(name)).toBe(0)
  })

  test('is stopped by the post step where the step was killed', async () => {
    const name = await makeService('killed')
    const command = script(`echo waiting; ${gate('never')}`)
    const inputs = { image: `${repository}:1`, 'environment-variables': 'VERSION=2', 'before-deploy-command': command }
    const running = startStep(source('deploy-ecs'), step(name, inputs))
    await says(running, '\n  waiting\n')
    running.child.kill('SIGKILL')
    const { state } = await running.ended
    const post = await runStep(source('deploy-ecs'), { ...step(name, inputs), phase: 'post', state })
    expect(post.code).toBe(0)
    const last = () => cloud.journal.entries('task').findLast(({ taskArn }) => taskArn === ownTasks(name)[0])
    await until('the end of the task', () => last()?.['lastStatus'] === 'STOPPED')
    expect(last()).toMatchObject({ stopCode: 'UserInitiated' })
    expect(updates(name)).toBe(0)
  })

  test('runs without its log where that may not be read, and says so once', async () => {
    const name = await makeService('unread')
    intercept = ({ action }) =>
      action === 'GetLogEvents' ? { error: new AwsError('AccessDeniedException', 'not authorized') } : undefined
    const done = await runStep(
      source('deploy-ecs'),
      step(name, {
        image: `${repository}:1`,
        'environment-variables': 'VERSION=2',
        'before-deploy-command': script('echo quietly; sleep 5'),
      }),
    )
    expect([done.code, done.outputs['verdict']]).toEqual([0, 'succeeded'])
    expect(done.log.match(/Cannot show the log of the task: .*/g)).toEqual([
      expect.stringContaining('AccessDeniedException'),
    ])
    expect(done.log).not.toContain('\n  quietly\n')
  })
})

test('a tag that moves between the check and the start of the tasks is red', async () => {
  const name = await makeService('moved')
  await push('moving', `slipway-test/${TEST}:1`)
  const command = script(`echo ready; ${gate('go')}`)
  const running = startStep(
    source('deploy-ecs'),
    step(name, { image: `${repository}:moving`, 'before-deploy-command': command }),
  )
  await says(running, '\n  ready\n')
  // An image of its own: the label makes it another one.
  await push('moving', await busyboxImage(TEST, engine, 'moved'))
  await open(name, 'go')
  const done = await running.ended
  expect([done.code, done.outputs['verdict']]).toEqual([1, 'rolled-back'])
  expect(done.log).toMatch(/moving names a tag, which can move to another image at any time\. Its digest is sha256:/)
  expect(done.log).toMatch(
    /::error::.*The running tasks do not run the image that was deployed\. Rolled back to moved:1, which is healthy\.%0A {2}Task \w+, container app: runs sha256:\w+ instead of sha256:/,
  )
  expect((await service(name)).taskDefinition).toMatch(/moved:1$/)
})

describe('health checks of containers', () => {
  const check = (command: string, startPeriod: number) => ({
    healthCheck: { command: ['CMD-SHELL', command], interval: 5, retries: 2, startPeriod },
  })

  test('a deploy is green once they have passed', async () => {
    const name = await makeService('checked', check('[ -z "$WAIT" ] || [ -e /well ]', 300))
    const running = startStep(
      source('deploy-ecs'),
      step(name, { image: `${repository}:1`, 'environment-variables': 'WAIT=1' }),
    )
    const runs = ({ lastStatus, taskDefinition }: Readonly<Record<string, unknown>>) =>
      lastStatus === 'RUNNING' && String(taskDefinition).endsWith('/checked:2')
    await until('a new task', () => cloud.journal.entries('task').some(runs))
    expect(running.child.exitCode).toBeNull()
    await open(name, 'well')
    const done = await running.ended
    expect([done.code, done.outputs['verdict']]).toEqual([0, 'succeeded'])
  })

  test('a deploy whose new tasks fail them is rolled back', async () => {
    const name = await makeService('unwell', check('[ -z "$SICK" ]', 0))
    const done = await runStep(
      source('deploy-ecs'),
      step(name, { image: `${repository}:1`, 'environment-variables': 'SICK=1' }),
    )
    expect([done.code, done.outputs['verdict']]).toEqual([1, 'rolled-back'])
    expect(done.log).toContain('failed container health checks')
    expect((await service(name)).taskDefinition).toMatch(/unwell:1$/)
  })
})
