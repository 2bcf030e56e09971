// What deploy-ecs does before it changes anything: checks, dry runs, the task before the deploy, the way back.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const calls = (action: string) => cloud.journal.entries('api').filter((entry) => entry['action'] === action)
const read = async (taskDefinition: string) =>
  (await cloud.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition
const current = async () => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: ['web'] }))
  return services?.[0]?.taskDefinition?.replace(/^.*\//, '')
}
const CHANGING = ['RegisterTaskDefinition', 'UpdateService', 'RunTask', 'StopServiceDeployment']
const changes = () => CHANGING.flatMap((action) => calls(action)).length
const file = (document: unknown): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'task-definition-')), 'td.json')
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document))
  return path
}

describe('where a revision starts from', () => {
  test('a template of Terraform is cloned, with its edits, into the family of the service', async () => {
    await makeService(cloud)
    const template = await read('web')
    await cloud.ecs.send(
      new RegisterTaskDefinitionCommand({
        ...template,
        family: 'web-template',
        cpu: '512',
        memory: '1024',
      } as never),
    )
    const done = await deploy(cloud, { template: 'web-template', image: 'example.com/web:next' })
    expect(done.error).toBeUndefined()
    expect(await current()).toBe('web:2')
    expect(await read('web:2')).toMatchObject({ cpu: '512', containerDefinitions: [{ image: 'example.com/web:next' }] })
    expect(calls('RegisterTaskDefinition').length).toBe(3)
  })

  test('a service that Terraform made from the template gets a family of its own with the first deploy', async () => {
    await makeService(cloud, {
      taskDefinition: { family: 'web-template' },
      service: { taskDefinition: 'web-template' },
    })
    const image = { template: 'web-template', image: 'example.com/web:next' }
    expect((await deploy(cloud, image)).error).toBeUndefined()
    expect(await current()).toBe('web:1')
    expect((await deploy(cloud, { ...image, image: 'example.com/web:third' })).error).toBeUndefined()
    expect(await current()).toBe('web:2')
    expect((await read('web-template'))?.revision).toBe(1)
  })

  test('a file, as AWS prints it, is deployed; what ECS does not know is warned about (peers: DTD 22, 704, 810)', async () => {
    await makeService(cloud)
    const printed = { taskDefinition: { ...(await read('web')), shiny: true, cpu: '512', memory: '1024' } }
    const done = await deploy(cloud, { 'task-definition': file(printed), image: 'example.com/web:next' })
    expect(done.error).toBeUndefined()
    expect(done.log.filter((line) => line.includes('shiny'))).toEqual([
      expect.stringMatching(/^warning: ECS does not know `shiny` in the file .*td.json: it is left out\.$/),
    ])
    expect(await read('web:2')).toMatchObject({ cpu: '512' })
  })

  test('a family or a revision is deployed as it is', async () => {
    await makeService(cloud)
    const base = await read('web')
    await cloud.ecs.send(
      new RegisterTaskDefinitionCommand({ ...base, family: 'web', cpu: '512', memory: '1024' } as never),
    )
    const done = await deploy(cloud, { 'task-definition': 'web' })
    expect(done.error).toBeUndefined()
    expect(await current()).toBe('web:2')
    await deploy(cloud, { 'task-definition': 'web:1' })
    expect(await current()).toBe('web:1')
    expect(calls('RegisterTaskDefinition')).toHaveLength(2)
  })

  test('an identical revision is not registered again, though the service runs another one', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deploy(cloud, { command: 'rollback' })
    await deploy(cloud, { image: 'example.com/web:next' })
    expect(await current()).toBe('web:2')
    expect(calls('RegisterTaskDefinition')).toHaveLength(2)
  })
})

describe('nothing is changed, and one error says what to do, when', () => {
  test.each<[string, Record<string, string>, string, string]>([
    [
      'the cluster does not exist',
      { cluster: 'nowhere' },
      'Input `cluster` names `nowhere`, which does not exist',
      'Check the name, the region',
    ],
    [
      'the service does not exist',
      { service: 'nope' },
      'Input `service` names `nope`, which does not exist in cluster `production`.',
      'make it first',
    ],
    [
      'the container does not exist',
      { image: 'ap=example.com/web:2' },
      'Input `image` names the container `ap`',
      'It has `app`.',
    ],
    [
      'the image is malformed',
      { image: 'Example.com/WEB' },
      'Input `image` has `Example.com/WEB`, whose repository name `WEB` is malformed.',
      'Repository names are lower case: `web`.',
    ],
    [
      'the account is another one',
      { 'expected-account-id': '999999999999' },
      'Input `expected-account-id` is 999999999999, but the credentials are of account 123456789012',
      'Nothing was touched',
    ],
    [
      'the family does not exist',
      { 'task-definition': 'nope' },
      'Input `task-definition` leads to task definition `nope`, which does not exist.',
      'Check the name',
    ],
    [
      'the template does not exist',
      { template: 'nope' },
      'Input `template` leads to task definition `nope`',
      'Check the name',
    ],
    [
      'the file does not exist',
      { 'task-definition': './nope.json' },
      'Input `task-definition` names the file `./nope.json`, which cannot be read.',
      'actions/checkout',
    ],
    [
      'the one-off container cannot be told',
      { 'before-deploy-command': 'x', 'before-deploy-container': 'nope' },
      'Input `before-deploy-container` names `nope`',
      'It has `app`.',
    ],
    [
      'the record could not be written',
      { 'record-file': '/nowhere/record.json' },
      'Input `record-file` is `/nowhere/record.json`, which cannot be written.',
      'in a folder that is there',
    ],
    [
      'the environment for Datadog is missing',
      { 'datadog-tags': 'auto' },
      'Input `datadog-tags` does not say which environment this is.',
      'Set the input `environment`',
    ],
  ])('%s', async (_, inputs, message, hint) => {
    await makeService(cloud)
    const before = changes()
    const done = await deploy(cloud, inputs)
    expect(done.error).toContain(message)
    expect(done.error).toContain(hint)
    expect(changes()).toBe(before)
    expect(done.outputs['verdict']).toBeUndefined()
  })

  test("the service's load balancer would find no such container or port", async () => {
    await makeService(cloud)
    const base = await read('web')
    const portless = { ...base, containerDefinitions: [{ name: 'app', image: 'example.com/web:next' }] }
    const renamed = { ...base, containerDefinitions: [{ name: 'api', image: 'example.com/web:next' }] }
    const before = changes()
    const one = await deploy(cloud, { 'task-definition': file(portless) })
    expect(one.error).toContain(
      'whose container `app` does not map port 80, but service `production/web` sends requests',
    )
    const two = await deploy(cloud, { 'task-definition': file(renamed) })
    expect(two.error).toContain('has no container `app`, but service `production/web` sends requests to it from `web`')
    expect(changes()).toBe(before)
  })

  test('secrets have no execution role to read them', async () => {
    await makeService(cloud)
    const { executionRoleArn: _, ...base } = (await read('web')) ?? {}
    const done = await deploy(cloud, {
      'task-definition': file(base),
      secrets: 'TOKEN=arn:aws:ssm:eu-west-1:123456789012:parameter/x',
    })
    expect(done.error).toContain('has secrets in its container `app`, but no execution role')
  })

  test('the service is driven by CodeDeploy or by another tool', async () => {
    await makeService(cloud)
    for (const [type, hint] of [
      ['CODE_DEPLOY', 'blue/green'],
      ['EXTERNAL', 'deploy with that tool'],
    ] as const) {
      const seen = await withService({ deploymentController: { type } })
      expect(seen.error).toContain(
        `Service \`production/web\` has the deployment controller ${type}, which this action does not support.`,
      )
      expect(seen.error).toContain(hint)
    }
    expect(calls('UpdateService')).toHaveLength(0)
  })

  test('a daemon is given a desired count (peer: fabfuel 69)', async () => {
    await makeService(cloud)
    const done = await withService({ schedulingStrategy: 'DAEMON' }, { 'desired-count': '2' })
    expect(done.error).toContain('Input `desired-count` is set, but service `production/web` is a DAEMON.')
  })

  test('a target group of any of the services is gone', async () => {
    await makeService(cloud)
    await makeService(cloud, { name: 'api' })
    const gone = new AwsError('TargetGroupNotFound', 'One or more target groups not found', 400)
    cloud.intercept = ({ action, request }) =>
      action === 'DescribeTargetHealth' && /targetgroup%2Fapi/.test(request.body.toString())
        ? { error: gone }
        : undefined
    const before = changes()
    const done = await deploy(cloud, { service: 'web, api', image: 'example.com/web:next' })
    expect(done.error).toContain(
      'Service `production/api` has a target group that does not exist. Could not describe the health of target group `api`.',
    )
    expect(done.error).toContain('Next: Its new tasks would never get requests.')
    expect(changes()).toBe(before)
  })

  test('a circuit breaker is asked for where the service deploys blue/green', async () => {
    await makeService(cloud)
    const members = { deploymentConfiguration: { strategy: 'BLUE_GREEN' } }
    const done = await withService(members, { 'circuit-breaker': 'rollback' })
    expect(done.error).toContain('Input `circuit-breaker` is set, but service `production/web` deploys BLUE_GREEN.')
    expect(done.error).toContain('Next: The circuit breaker is for rolling updates only.')
  })

  test('the role may not list the tasks that it would have to watch', async () => {
    await makeService(cloud)
    cloud.intercept = ({ action }) =>
      action === 'ListTasks'
        ? { error: new AwsError('AccessDeniedException', 'not authorized to perform: ecs:ListTasks') }
        : undefined
    const before = changes()
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.error).toContain('Could not list the tasks of service `web`. AccessDeniedException')
    expect(done.error).toContain('README lists the ones it needs')
    expect(changes()).toBe(before)
  })

  /** Deploys to a service that looks as if it had these members. */
  async function withService(members: object, inputs: Record<string, string> = {}) {
    const { awsClients } = await import('../../../actions/deploy-ecs/src/aws/clients.ts')
    return deploy(
      cloud,
      { image: 'example.com/web:next', ...inputs },
      {
        connect: (config) => {
          const clients = awsClients(config)
          clients.ecs.middlewareStack.add(
            (next) => async (args) => {
              const result = await next(args)
              const output = result.output as { services?: object[] }
              for (const service of output.services ?? []) Object.assign(service, members)
              return result
            },
            { step: 'initialize' },
          )
          return clients
        },
      },
    )
  }
})

describe('another deployment in progress', () => {
  const begin = () =>
    cloud.ecs.send(new UpdateServiceCommand({ cluster: 'production', service: 'web', forceNewDeployment: true }))

  test('stops a deploy by default, before anything is changed', async () => {
    await makeService(cloud)
    await begin()
    const before = changes()
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.error).toMatch(
      /Service `production\/web` has a deployment in progress: ecs-svc\/\d+ \(web:1, 0 of 2 tasks run\)/,
    )
    expect(done.error).toContain('`on-conflict: wait`')
    expect(changes()).toBe(before)
  })

  test('is waited for with on-conflict: wait', async () => {
    await makeService(cloud)
    await begin()
    const done = await deploy(cloud, { image: 'example.com/web:next', 'on-conflict': 'wait' })
    expect(done.outputs['verdict']).toBe('succeeded')
  })

  test('is superseded with on-conflict: supersede', async () => {
    await makeService(cloud)
    await begin()
    const done = await deploy(cloud, { image: 'example.com/web:next', 'on-conflict': 'supersede' })
    expect(done.outputs['verdict']).toBe('succeeded')
    expect(done.log.join('\n')).toContain('This deploy supersedes it')
  })
})

describe('a dry run', () => {
  test('shows what would change, with secrets masked, and changes nothing', async () => {
    await makeService(cloud, {
      taskDefinition: {
        containerDefinitions: [
          {
            name: 'app',
            image: 'example.com/web:ok',
            portMappings: [{ containerPort: 80 }],
            environment: [
              { name: 'DB_PASSWORD', value: 'old-hunter2' },
              { name: 'LEVEL', value: 'info' },
            ],
          },
        ],
      },
    })
    const before = changes()
    const done = await deploy(cloud, {
      'dry-run': 'true',
      image: 'example.com/web:next',
      'environment-variables': 'DB_PASSWORD=new-hunter2\nLEVEL=debug\nURL=postgres://me:hunter2@db/x',
      'desired-count': '4',
      'force-new-deployment': 'true',
    })
    expect(done.error).toBeUndefined()
    expect(changes()).toBe(before)
    const log = done.log.join('\n')
    for (const line of [
      '~ app.image: example.com/web:ok → example.com/web:next',
      '~ app.environment.LEVEL: info → debug',
      '~ app.environment.DB_PASSWORD: *** → ***',
      '+ app.environment.URL: postgres://me:***@db/x',
      '~ service.desiredCount: 2 → 4',
      '+ service.forceNewDeployment: true',
    ]) {
      expect(log).toContain(line)
      expect(done.summary).toContain(line)
    }
    expect(log + done.summary).not.toContain('hunter2')
  })

  test('verify checks the same, and says that all is well', async () => {
    await makeService(cloud)
    const before = changes()
    const done = await deploy(cloud, { command: 'verify' })
    expect(done.error).toBeUndefined()
    expect(done.log.join('\n')).toContain('no changes')
    expect(done.log.at(-1)).toBe('All checks passed. Nothing was changed.')
    expect(changes()).toBe(before)
  })
})

describe('an ARN of', () => {
  const arn = (region: string, account: string, what = 'service/production/web') =>
    `arn:aws:ecs:${region}:${account}:${what}`

  test.each([
    [
      'a service in another region',
      { service: arn('us-east-1', '123456789012') },
      'Input `service` says that `production/web` is in us-east-1, but this step works in eu-west-1.\nNext: Set `aws-region: us-east-1`',
    ],
    [
      'a cluster in another region',
      { cluster: arn('us-east-1', '123456789012', 'cluster/production') },
      'Input `cluster` says that `production/web` is in us-east-1, but this step works in eu-west-1.',
    ],
    [
      'a service in another account',
      { service: arn('eu-west-1', '210987654321') },
      'Input `service` says that `production/web` is in account 210987654321, but the credentials are of account 123456789012',
    ],
    [
      'a cluster in another account',
      { cluster: arn('eu-west-1', '210987654321', 'cluster/production') },
      'Input `cluster` says that `production/web` is in account 210987654321',
    ],
  ])('%s is refused before anything is changed', async (_, inputs, message) => {
    await makeService(cloud)
    for (const command of ['deploy', 'rollback', 'verify']) {
      const before = changes()
      const done = await deploy(cloud, {
        ...inputs,
        command,
        ...(command === 'rollback' ? {} : { image: 'example.com/web:next' }),
      })
      expect(done.error).toContain(message)
      expect(changes()).toBe(before)
    }
  })

  test('the service that is meant deploys it', async () => {
    await makeService(cloud)
    const service = arn('eu-west-1', '123456789012')
    const done = await deploy(cloud, { service, image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('succeeded')
  })
})

describe('the task before the deploy', () => {
  const migrate = { 'before-deploy-command': 'npm run migrate' }

  test('runs from the new revision, with the network of the service, before the service is touched', async () => {
    await makeService(cloud)
    const sent: Record<string, unknown>[] = []
    cloud.intercept = ({ action, request }) => {
      if (action === 'RunTask') sent.push(JSON.parse(request.body.toString()))
      return undefined
    }
    const done = await deploy(cloud, {
      ...migrate,
      image: 'example.com/web:exit-0',
      'on-failure': 'leave',
      'wait-for': 'none',
    })
    expect(done.error).toBeUndefined()
    expect(sent).toEqual([
      {
        cluster: 'production',
        taskDefinition: expect.stringMatching(/web:2$/),
        count: 1,
        startedBy: 'slipway/42',
        clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
        overrides: { containerOverrides: [{ name: 'app', command: ['npm', 'run', 'migrate'] }] },
        networkConfiguration: { awsvpcConfiguration: expect.objectContaining({ subnets: ['subnet-1'] }) },
        launchType: 'FARGATE',
        platformVersion: expect.any(String),
      },
    ])
    const order = cloud.journal
      .entries('api')
      .map(({ action }) => action)
      .filter((action) => action === 'RunTask' || action === 'UpdateService')
    expect(order).toEqual(['RunTask', 'UpdateService'])
  })

  test.each([
    ['exit-3', 'exited with code 3'],
    ['missing', 'never ran: CannotPullContainerError'],
  ])('that ends with %s leaves the service alone', async (tag, message) => {
    await makeService(cloud)
    const done = await deploy(cloud, { ...migrate, image: `example.com/web:${tag}` })
    expect(done.error).toContain('The task before the deploy failed, so nothing was deployed.')
    expect(done.error).toContain(message)
    expect(done.outputs['verdict']).toBe('failed')
    expect(calls('UpdateService')).toHaveLength(0)
    expect(await current()).toBe('web:1')
  })

  test('that takes too long is stopped', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { ...migrate, image: 'example.com/web:next', 'before-deploy-timeout': '3m' })
    expect(done.error).toContain('had not ended after 3 min')
    expect(calls('StopTask').filter(({ outcome }) => outcome === 'ok')).toHaveLength(1)
    expect(calls('UpdateService')).toHaveLength(0)
  })

  test('is stopped when the run is cancelled', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.clock.after(20_000, () => cancellation.abort())
    const done = await deploy(cloud, { ...migrate, image: 'example.com/web:next' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(calls('StopTask').filter(({ outcome }) => outcome === 'ok')).toHaveLength(1)
    expect(calls('UpdateService')).toHaveLength(0)
  })

  test('runs once although its answer was lost', async () => {
    await makeService(cloud)
    let resets = 1
    cloud.intercept = ({ action }) => (action === 'RunTask' && resets-- > 0 ? { reset: 'after' } : undefined)
    const done = await deploy(cloud, { ...migrate, image: 'example.com/web:exit-0', 'wait-for': 'none' })
    expect(done.error).toBeUndefined()
    const started = new Set(
      cloud.journal
        .entries('task')
        .filter((entry) => entry['deployment'] === undefined)
        .map((entry) => entry['taskArn']),
    )
    expect(started.size).toBe(1)
  })
})

describe('somebody who deploys while the task before the deploy runs', () => {
  /** Theirs has a new variable. It is there, and healthy, before the task ends. */
  async function meanwhile(inputs: Readonly<Record<string, string>>) {
    await cloud.close()
    cloud = await startEcsCloud({
      scenario: `
description: a migration of twelve minutes
tasks:
  - { when: { service: web, image: ':crash' }, exit: { after: 500ms, code: 1 } }
  - { when: { service: web } }
  - { exit: { after: 12m, code: 0 } }
`,
    })
    await makeService(cloud)
    const base = await read('web')
    cloud.clock.after(60_000, () => {
      const theirs = {
        ...base,
        containerDefinitions: [{ ...base?.containerDefinitions?.[0], image: 'example.com/web:theirs' }],
      }
      void cloud.ecs.send(new RegisterTaskDefinitionCommand(theirs as never)).then(({ taskDefinition }) =>
        cloud.ecs.send(
          new UpdateServiceCommand({
            cluster: 'production',
            service: 'web',
            taskDefinition: taskDefinition?.taskDefinitionArn,
          }),
        ),
      )
    })
    return deploy(cloud, { 'before-deploy-command': 'migrate', ...inputs })
  }

  test.each(['fail', 'wait'])('is not deployed over (on-conflict: %s)', async (conflict) => {
    const done = await meanwhile({ image: 'example.com/web:next', 'on-conflict': conflict })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('Somebody else deployed after this deploy was planned, so nothing was deployed')
    expect(done.error).toMatch(
      /Somebody else deployed to service `production\/web`: deployment ecs-svc\/\d+ of web:\d replaced web:1/,
    )
    const image = (await read((await current()) ?? ''))?.containerDefinitions?.[0]?.image
    expect(image).toBe('example.com/web:theirs')
  })

  test('is what a failed deploy goes back to where it was to be superseded', async () => {
    const done = await meanwhile({ image: 'example.com/web:crash', 'on-conflict': 'supersede' })
    expect(done.outputs['verdict']).toBe('rolled-back')
    const image = async (arn: string) => (await read(arn))?.containerDefinitions?.[0]?.image
    expect(await image((await current()) ?? '')).toBe('example.com/web:theirs')
    expect(await image(String(done.outputs['previous-task-definition-arn']))).toBe('example.com/web:theirs')
  })
})

describe('rollback-from', () => {
  const back = { command: 'rollback', 'rollback-to': 'web:1', 'rollback-from': 'web:2' }
  beforeEach(async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
  })

  test('takes a service back from that revision, also where history may not be read', async () => {
    cloud.intercept = ({ action }) =>
      action === 'ListServiceDeployments'
        ? { error: new AwsError('AccessDeniedException', 'not authorized') }
        : undefined
    const done = await deploy(cloud, back)
    expect([done.error, await current()]).toEqual([undefined, 'web:1'])
  })

  test('leaves a service alone that somebody has deployed to since', async () => {
    await deploy(cloud, { image: 'example.com/web:theirs' })
    const before = changes()
    for (const inputs of [back, { command: 'rollback', 'rollback-from': '2' }]) {
      const done = await deploy(cloud, inputs)
      expect(done.error).toContain('Service `production/web` runs web:3, not web:2 (`rollback-from`): somebody else has deployed since')
    }
    expect([changes(), await current()]).toEqual([before, 'web:3'])
  })

  test('finds nothing to refuse where the service is back already', async () => {
    await deploy(cloud, back)
    const done = await deploy(cloud, back)
    expect([done.error, await current()]).toEqual([undefined, 'web:1'])
  })
})

describe('command: rollback', () => {
  test('goes back to the last revision that was healthy, and is green', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    const done = await deploy(cloud, { command: 'rollback' })
    expect(done.error).toBeUndefined()
    expect(await current()).toBe('web:1')
    expect(done.outputs['deploy-record']).toMatchObject({ kind: 'rollback', verdict: 'succeeded' })
  })

  test('takes a deployment back that is still in progress', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:sick', 'wait-for': 'none' })
    const done = await deploy(cloud, { command: 'rollback' })
    expect(done.error).toBeUndefined()
    expect(await current()).toBe('web:1')
  })

  test('goes to a revision by its number, its name or its ARN', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deploy(cloud, { image: 'example.com/web:third' })
    for (const to of ['1', 'web:2', 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1']) {
      const done = await deploy(cloud, { command: 'rollback', 'rollback-to': to })
      expect(done.error).toBeUndefined()
      expect(await current()).toBe(`web:${to.at(-1)}`)
    }
  })

  test('says so when there is nowhere to go', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { command: 'rollback' })
    expect(done.error).toContain('runs web:1, and no older revision is known that rolled out to the end.')
    const gone = await deploy(cloud, { command: 'rollback', 'rollback-to': '9' })
    expect(gone.error).toContain('leads to task definition `web:9`, which does not exist')
    expect(changes()).toBe(1)
  })
})

test('a cluster without the service is not confused with no cluster', async () => {
  await cloud.ecs.send(new CreateClusterCommand({ clusterName: 'production' }))
  const done = await deploy(cloud, { image: 'example.com/web:next' })
  expect(done.error).toContain('Input `service` names `web`, which does not exist in cluster `production`.')
})
