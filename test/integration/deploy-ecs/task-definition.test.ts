// The task definition that a deploy registers, for each source and for each input that changes it.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ContainerDefinition,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { READ_ONLY } from '../../../actions/deploy-ecs/src/task-definition/registration.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const parameter = (name: string) => `arn:aws:ssm:eu-west-1:123456789012:parameter/${name}`

const APP: ContainerDefinition = {
  name: 'app',
  image: 'example.com/web:ok',
  essential: true,
  portMappings: [{ containerPort: 80 }],
  command: ['serve'],
  environment: [
    { name: 'LEVEL', value: 'info' },
    { name: 'EMPTY', value: '' },
  ],
  secrets: [{ name: 'TOKEN', valueFrom: parameter('old') }],
  dockerLabels: { team: 'a' },
  logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/web', 'awslogs-region': 'eu-west-1' } },
}
const PROXY: ContainerDefinition = {
  name: 'proxy',
  image: 'example.com/proxy:ok',
  essential: false,
  environment: [{ name: 'LEVEL', value: 'warn' }],
}
const TAGS = [{ key: 'team', value: 'a' }]

let cloud: EcsCloud
beforeEach(async () => {
  cloud = await startEcsCloud()
  await makeService(cloud, {
    taskDefinition: { containerDefinitions: [APP, PROXY], tags: TAGS, taskRoleArn: role('task') },
  })
})
afterEach(() => cloud.close())

const read = async (taskDefinition: string) => {
  const answer = await cloud.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] }))
  return { ...answer.taskDefinition, tags: answer.tags }
}
const registrations = () =>
  cloud.journal.entries('api').filter(({ action, outcome }) => action === 'RegisterTaskDefinition' && outcome === 'ok')
/** Deploys without waiting for more than that it was started, and gives the revision that this made. */
async function deployed(inputs: Readonly<Record<string, string>>) {
  const done = await deploy(cloud, { 'wait-for': 'none', ...inputs })
  expect(done.error).toBeUndefined()
  return { ...done, revision: await read(String(done.outputs['task-definition-arn'])) }
}
const file = (document: unknown): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'task-definition-')), 'td.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}
const container = (
  { containerDefinitions = [] }: { containerDefinitions?: ContainerDefinition[] | undefined },
  at: number,
) => containerDefinitions[at]

describe('it starts from', () => {
  const arn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web'
  beforeEach(async () => {
    // A newer revision than the one that the service runs.
    await cloud.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '512',
        memory: '1024',
        executionRoleArn: role('execution'),
        containerDefinitions: [APP],
        tags: [{ key: 'team', value: 'b' }],
      }),
    )
  })

  test.each<[string, Record<string, string>, string, string]>([
    ['what the service runs', {}, '256', 'a'],
    ['the newest of a family', { 'task-definition': 'web' }, '512', 'b'],
    ['a revision', { 'task-definition': 'web:1' }, '256', 'a'],
    ['the ARN of a revision', { 'task-definition': `${arn}:1` }, '256', 'a'],
    ['the ARN of a family', { 'task-definition': arn }, '512', 'b'],
    ['an ARN, by the name of the render action', { 'task-definition-arn': `${arn}:2` }, '512', 'b'],
    ['a family, by the name of the render action', { 'task-definition-family': 'web' }, '512', 'b'],
    [
      'a revision, by the names of the render action',
      { 'task-definition-family': 'web', 'task-definition-revision': '1' },
      '256',
      'a',
    ],
    ['a template', { template: 'web' }, '512', 'b'],
  ])('%s, and keeps its tags', async (_, inputs, cpu, team) => {
    const { revision } = await deployed({ ...inputs, image: 'app=example.com/web:next' })
    expect(revision).toMatchObject({ cpu, tags: [{ key: 'team', value: team }] })
    expect(container(revision, 0)).toMatchObject({ image: 'example.com/web:next', command: ['serve'] })
  })

  test.each([
    ['as AWS prints it', (printed: object, tags: object) => ({ taskDefinition: printed, tags })],
    ['as it is registered', (printed: object, tags: object) => ({ ...printed, tags })],
  ])('a file %s, with its tags', async (_, write) => {
    const { tags, ...printed } = await read('web:1')
    const { revision } = await deployed({
      'task-definition': file(write(printed, tags ?? [])),
      image: 'app=example.com/web:next',
    })
    expect(revision).toMatchObject({ cpu: '256', tags: TAGS, taskRoleArn: role('task') })
  })

  test('a file that says what is registered already: nothing is registered again', async () => {
    const { tags, ...taskDefinition } = await read('web:2')
    const before = registrations().length
    const { log } = await deployed({ 'task-definition': file({ taskDefinition, tags }) })
    expect(registrations()).toHaveLength(before)
    expect(log).toContain('web:2 is already registered.')
  })
})

describe('it changes', () => {
  test('the images of several containers at once, and nothing else', async () => {
    const before = await read('web:1')
    const { revision } = await deployed({ image: 'app=example.com/web:next\nproxy=example.com/proxy:next' })
    expect(revision.containerDefinitions).toEqual([
      { ...container(before, 0), image: 'example.com/web:next' },
      { ...container(before, 1), image: 'example.com/proxy:next' },
    ])
    expect(registrations()).toHaveLength(2)
  })

  const changes = {
    image: 'app=example.com/web:next',
    'environment-variables': 'LEVEL=debug\nURL=https://example.com/?a=b,c',
    secrets: `PASSWORD=${parameter('new')}`,
    'docker-labels': 'version=2',
  }

  test('variables, secrets and labels, added to those that are there', async () => {
    const { revision } = await deployed(changes)
    expect(container(revision, 0)).toMatchObject({
      environment: [
        { name: 'LEVEL', value: 'debug' },
        { name: 'EMPTY', value: '' },
        { name: 'URL', value: 'https://example.com/?a=b,c' },
      ],
      secrets: [...(APP.secrets ?? []), { name: 'PASSWORD', valueFrom: parameter('new') }],
      dockerLabels: { team: 'a', version: '2' },
    })
    expect(container(revision, 1)).toMatchObject(PROXY)
  })

  test('variables, secrets and labels, in place of those that are there', async () => {
    const { revision } = await deployed({ ...changes, 'environment-mode': 'replace' })
    expect(container(revision, 0)).toMatchObject({
      environment: [
        { name: 'LEVEL', value: 'debug' },
        { name: 'URL', value: 'https://example.com/?a=b,c' },
      ],
      secrets: [{ name: 'PASSWORD', valueFrom: parameter('new') }],
      dockerLabels: { version: '2' },
    })
    expect(container(revision, 1)).toMatchObject(PROXY)
  })

  test('command, size, roles, log options and environment files', async () => {
    const { revision } = await deployed({
      'container-name': 'app',
      'container-command': `sh -c 'exec serve --port 80'`,
      cpu: '512',
      memory: '1024',
      'task-role-arn': role('other-task'),
      'execution-role-arn': role('other-execution'),
      'log-configuration-options': 'awslogs-stream-prefix=web',
      'env-files': 'arn:aws:s3:::bucket/web.env',
    })
    expect(revision).toMatchObject({
      cpu: '512',
      memory: '1024',
      taskRoleArn: role('other-task'),
      executionRoleArn: role('other-execution'),
    })
    expect(container(revision, 0)).toMatchObject({
      image: APP.image,
      command: ['sh', '-c', 'exec serve --port 80'],
      environmentFiles: [{ value: 'arn:aws:s3:::bucket/web.env', type: 's3' }],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/web', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'web' },
      },
    })
    expect(container(revision, 1)).toMatchObject(PROXY)
  })

  test('nothing else: it sends the members of the base, without those that AWS adds', async () => {
    const sent: Record<string, unknown>[] = []
    cloud.intercept = ({ action, request }) => {
      if (action === 'RegisterTaskDefinition') sent.push(JSON.parse(request.body.toString()))
      return undefined
    }
    const { tags, ...base } = await read('web:1')
    await deployed({ image: 'app=example.com/web:next' })
    const expected = Object.entries(base).filter(([key]) => !READ_ONLY.some((name) => name === key))
    const [app, proxy] = base.containerDefinitions ?? []
    expect(sent).toEqual([
      {
        ...Object.fromEntries(expected),
        containerDefinitions: [{ ...app, image: 'example.com/web:next' }, proxy],
        tags,
      },
    ])
  })
})

describe('an image', () => {
  const repository = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web'
  const digest = `sha256:${'a'.repeat(64)}`

  test('by its tag gets a warning with its digest', async () => {
    const { log } = await deployed({ image: `app=${repository}:stable` })
    expect(log.filter((line) => line.startsWith('warning:'))).toEqual([
      `warning: ${repository}:stable names a tag, which can move to another image at any time. Its digest is ${digest} now. Prefer a digest.`,
    ])
  })

  test('by its digest gets no warning', async () => {
    const { log, revision } = await deployed({ image: `app=${repository}@${digest}` })
    expect(container(revision, 0)?.image).toBe(`${repository}@${digest}`)
    expect(log.filter((line) => line.startsWith('warning:'))).toEqual([])
  })
})
