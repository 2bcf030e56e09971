// What deploy-ecs refuses before it changes anything, and what its error says.
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { callsOf, changeCount, taskDefinitionFile, taskDefinitionIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

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
      'create it first',
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
      'Input `expected-account-id` is 999999999999, but the credentials belong to account 123456789012',
      'Nothing was changed',
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
      'the task definition does not have the container of the task before the deploy',
      { 'before-deploy-command': 'x', 'before-deploy-container': 'nope' },
      'Input `before-deploy-container` names `nope`',
      'It has `app`.',
    ],
    [
      'the record could not be written',
      { 'record-file': '/nowhere/record.json' },
      'Input `record-file` is `/nowhere/record.json`, which cannot be written.',
      'in a folder that exists',
    ],
    [
      'the environment for Datadog is missing',
      { 'datadog-tags': 'auto' },
      'Input `datadog-tags` has no tag `env`.',
      'Set the input `environment`',
    ],
  ])('%s', async (_, inputs, message, hint) => {
    await makeService(cloud)
    const before = changeCount(cloud)
    const done = await deploy(cloud, inputs)
    expect(done.error).toContain(message)
    expect(done.error).toContain(hint)
    expect(changeCount(cloud)).toBe(before)
    expect(done.outputs['verdict']).toBeUndefined()
  })

  test("the load balancer's container or port does not exist", async () => {
    await makeService(cloud)
    const base = await taskDefinitionIn(cloud, 'web')
    const portless = { ...base, containerDefinitions: [{ name: 'app', image: 'example.com/web:next' }] }
    const renamed = { ...base, containerDefinitions: [{ name: 'api', image: 'example.com/web:next' }] }
    const before = changeCount(cloud)
    const one = await deploy(cloud, { 'task-definition': taskDefinitionFile(portless) })
    expect(one.error).toContain(
      'whose container `app` does not map port 80, but service `production/web` sends requests',
    )
    const two = await deploy(cloud, { 'task-definition': taskDefinitionFile(renamed) })
    expect(two.error).toContain('has no container `app`, but service `production/web` sends requests to it from `web`')
    expect(changeCount(cloud)).toBe(before)
  })

  test('a container has secrets, but no execution role', async () => {
    await makeService(cloud)
    const { executionRoleArn: _, ...base } = (await taskDefinitionIn(cloud, 'web')) ?? {}
    const done = await deploy(cloud, {
      'task-definition': taskDefinitionFile(base),
      secrets: 'TOKEN=arn:aws:ssm:eu-west-1:123456789012:parameter/x',
    })
    expect(done.error).toContain('has secrets in its container `app`, but no execution role')
  })

  test('the deployment controller is not ECS', async () => {
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
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })

  test('desired-count is set for a DAEMON service (peer: fabfuel 69)', async () => {
    await makeService(cloud)
    const done = await withService({ schedulingStrategy: 'DAEMON' }, { 'desired-count': '2' })
    expect(done.error).toContain('Input `desired-count` is set, but service `production/web` is a DAEMON.')
  })

  test('a target group of a service does not exist', async () => {
    await makeService(cloud)
    await makeService(cloud, { name: 'api' })
    const gone = new AwsError('TargetGroupNotFound', 'One or more target groups not found', 400)
    cloud.intercept = ({ action, request }) =>
      action === 'DescribeTargetHealth' && /targetgroup%2Fapi/.test(request.body.toString())
        ? { error: gone }
        : undefined
    const before = changeCount(cloud)
    const done = await deploy(cloud, { service: 'web, api', image: 'example.com/web:next' })
    expect(done.error).toContain(
      'Service `production/api` has a target group that does not exist. Could not describe the health of target group `api`.',
    )
    expect(done.error).toContain('Next: Its new tasks would never get requests.')
    expect(changeCount(cloud)).toBe(before)
  })

  test('circuit-breaker is set for a blue/green service', async () => {
    await makeService(cloud)
    const members = { deploymentConfiguration: { strategy: 'BLUE_GREEN' } }
    const done = await withService(members, { 'circuit-breaker': 'rollback' })
    expect(done.error).toContain('Input `circuit-breaker` is set, but service `production/web` deploys BLUE_GREEN.')
    expect(done.error).toContain('Next: The circuit breaker is for rolling updates only.')
  })

  test('the role may not list tasks', async () => {
    await makeService(cloud)
    cloud.intercept = ({ action }) =>
      action === 'ListTasks'
        ? { error: new AwsError('AccessDeniedException', 'not authorized to perform: ecs:ListTasks') }
        : undefined
    const before = changeCount(cloud)
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.error).toContain(
      'The credentials may not call `ecs:ListTasks`. Could not list the tasks of service `web`. AccessDeniedException',
    )
    expect(done.error).toContain('has the whole policy under')
    expect(changeCount(cloud)).toBe(before)
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
