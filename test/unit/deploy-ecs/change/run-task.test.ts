import { runTaskRequest, startTask, stopTask } from '../../../../actions/deploy-ecs/src/change/run-task.ts'
import type { ServicePlan } from '../../../../actions/deploy-ecs/src/task-definition/service-plan.ts'
import { awsError, fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'

const plan = (before: ServicePlan['before'], registration: object = {}) =>
  ({ name: { cluster: 'prod', service: 'web' }, before, revision: { registration } }) as unknown as ServicePlan
const task = { taskDefinition: 'web:2', container: 'app', command: ['npm', 'run', 'migrate'] }
const run = { id: '7', attempt: '1', job: 'deploy' }
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } }

describe('runTaskRequest', () => {
  test('runs the command with the network and the launch type of the service', () => {
    const { clientToken, ...request } = runTaskRequest(
      plan({ networkConfiguration, launchType: 'FARGATE', platformVersion: '1.4.0' }),
      ...([task, run] as const),
    )
    expect(request).toEqual({
      ...{ cluster: 'prod', taskDefinition: 'web:2', count: 1, startedBy: 'slipway/7', networkConfiguration },
      ...{ launchType: 'FARGATE', platformVersion: '1.4.0' },
      overrides: { containerOverrides: [{ name: 'app', command: ['npm', 'run', 'migrate'] }] },
    })
    expect(clientToken).toMatch(/^[0-9a-f]{64}$/)
  })

  test('has the capacity providers alone where the service has both, which ECS would refuse', () => {
    const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT' }]
    const request = runTaskRequest(
      plan({ capacityProviderStrategy, launchType: 'FARGATE', platformVersion: '1.4.0' }),
      task,
      run,
    )
    expect(request.capacityProviderStrategy).toEqual(capacityProviderStrategy)
    expect(request).not.toHaveProperty('launchType')
    expect(request).not.toHaveProperty('platformVersion')
  })

  test('has the volumes of the service, the tags of the task definition, and the tags that ECS manages', () => {
    const volumeConfigurations = [{ name: 'data', managedEBSVolume: { roleArn: 'arn', sizeInGiB: 10 } }]
    const before = { deployments: [{ status: 'PRIMARY', volumeConfigurations }], enableECSManagedTags: true }
    const volumes = [{ name: 'data', configuredAtLaunch: true }]
    const request = runTaskRequest(plan(before, { volumes, tags: [{ key: 'team', value: 'a' }] }), task, run)
    expect(request).toMatchObject({
      volumeConfigurations,
      propagateTags: 'TASK_DEFINITION',
      enableECSManagedTags: true,
    })
    for (const member of ['volumeConfigurations', 'propagateTags', 'enableECSManagedTags']) {
      expect(runTaskRequest(plan({}), task, run)).not.toHaveProperty(member)
    }
  })

  const tokenOf = (more: Partial<typeof run> = {}, other: Partial<typeof task> = {}) =>
    runTaskRequest(plan({}), { ...task, ...other }, { ...run, ...more }).clientToken

  test('has the same token for the same attempt of a job, so that a repeated call starts no second task', () => {
    expect(tokenOf()).toBe(tokenOf())
  })

  test.each([
    ['run', tokenOf({ id: '8' })],
    ['attempt', tokenOf({ attempt: '2' })],
    ['job', tokenOf({ job: 'other' })],
    ['revision', tokenOf({}, { taskDefinition: 'web:3' })],
    ['command', tokenOf({}, { command: ['npm', 'run migrate'] })],
  ])('has another token for another %s', (_, token) => {
    expect(token).not.toBe(tokenOf())
  })

  test('names a run outside of GitHub', () => {
    expect(runTaskRequest(plan({}), task, { ...run, id: '' }).startedBy).toBe('slipway/local')
  })
})

describe('startTask', () => {
  const request = runTaskRequest(plan({}), task, run)

  test('returns the ARN of the task', async () => {
    expect(await startTask(fakeAws({ RunTask: { tasks: [{ taskArn: 'arn' }] } }).aws, request)).toBe('arn')
  })

  test.each([
    [[{ reason: 'RESOURCE:MEMORY' }], 'RESOURCE:MEMORY', 'capacity'],
    [
      [{ reason: 'AGENT', detail: 'not connected' }, { reason: 'ATTRIBUTE' }],
      'AGENT: not connected; ATTRIBUTE',
      'network',
    ],
    [[], 'no reason was given', 'network'],
  ])('throws the reasons %j of ECS', async (failures, why, hint) => {
    const started = startTask(fakeAws({ RunTask: { tasks: [], failures } }).aws, request)
    await expect(started).rejects.toThrow(`: ${why}.`)
    await expect(started).rejects.toMatchObject({ hint: expect.stringContaining(hint) })
  })
})

describe('stopTask', () => {
  const running = { cluster: 'prod', taskArn: 'arn:aws:ecs:eu-west-1:123456789012:task/prod/abc' }
  const stop = async (answer: object) => {
    const { aws, requests } = fakeAws({ StopTask: answer })
    const { log, lines } = fakeLog()
    return { stopped: await stopTask({ aws, log }, running, 'Cancelled.'), requests: requests('StopTask'), lines }
  }

  test('stops the task with a reason', async () => {
    const { stopped, requests } = await stop({})
    expect(stopped).toBe(true)
    expect(requests).toEqual([{ cluster: 'prod', task: running.taskArn, reason: 'Cancelled.' }])
  })

  test('is true for a task that has stopped by itself', async () => {
    expect((await stop(awsError('InvalidParameterException', 'The referenced task was not found.'))).stopped).toBe(true)
  })

  test.each(['AccessDeniedException', 'ExpiredTokenException', 'ServerException'])(
    'is false after %s, with an error in the log',
    async (name) => {
      const { stopped, lines } = await stop(awsError(name))
      expect(stopped).toBe(false)
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^error: .*abc.*${name}`, 's'))])
    },
  )
})
