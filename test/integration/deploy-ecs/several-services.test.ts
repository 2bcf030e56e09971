// Several services in one step.
import { awsClients } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { callsOf, revisionName, serviceIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

/** Number of revisions that were registered. */
const revisions = () =>
  callsOf(cloud, 'RegisterTaskDefinition').filter(({ outcome }) => outcome === 'ok' || outcome === 'reset-after').length

const refuse = (code: string, status = 400): { error: AwsError } => ({
  error: new AwsError(code, `${code}, said the cloud`, status),
})

describe('several services in one step', () => {
  const both = { service: 'api, worker', image: 'example.com/web:next' }
  const make = async () => {
    for (const name of ['api', 'worker']) await makeService(cloud, { name })
  }

  test('are deployed in parallel, and read in batches', async () => {
    await make()
    const looks: string[][] = []
    cloud.intercept = ({ action, request }) => {
      if (action === 'DescribeServices') looks.push(JSON.parse(request.body.toString()).services)
      return undefined
    }
    const done = await deploy(cloud, both)
    expect(done.error).toBeUndefined()
    expect(done.outputs['task-definition-arn']).toEqual([
      expect.stringMatching(/api:2$/),
      expect.stringMatching(/worker:2$/),
    ])
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(2)
    expect(looks.length).toBeGreaterThan(2)
    expect(looks.every((services) => services.length === 2)).toBe(true)
    expect((done.outputs['deploy-record'] as { services: unknown[] }).services).toHaveLength(2)
  })

  test('that share a family share one registration', async () => {
    await makeService(cloud, { name: 'api' })
    await makeService(cloud, { name: 'worker', taskDefinition: { family: 'api' }, service: { taskDefinition: 'api' } })
    const before = revisions()
    const done = await deploy(cloud, both)
    expect(done.error).toBeUndefined()
    expect(revisions() - before).toBe(1)
  })

  test('give the worst verdict, and only those that failed are rolled back', async () => {
    await makeService(cloud, { name: 'api' })
    await makeService(cloud, {
      name: 'worker',
      balanced: false,
      taskDefinition: { containerDefinitions: [{ name: 'job', image: 'example.com/web:ok' }] },
    })
    const done = await deploy(cloud, {
      service: 'api, worker',
      image: 'app=example.com/web:next\njob=example.com/web:crash',
    })
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.error).toContain('production/api: succeeded.')
    expect(revisionName((await serviceIn(cloud, 'api'))?.taskDefinition)).toBe('api:2')
    expect(revisionName((await serviceIn(cloud, 'worker'))?.taskDefinition)).toBe('worker:1')
  })

  test('refuse an image for a container that none of them has', async () => {
    await make()
    const done = await deploy(cloud, { service: 'api, worker', image: 'app=a:1\nwrong=b:1' })
    expect(done.error).toContain('Input `image` names the container `wrong`, which no task definition here has.')
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })

  test('are judged one by one: a missing target group of one does not affect the other', async () => {
    await make()
    let [looks, lost] = [0, '']
    cloud.intercept = ({ action, request }) => {
      const group = /targetgroup%2F(\w+)/.exec(request.body.toString())?.[1]
      if (action !== 'DescribeTargetHealth' || group !== 'api') return undefined
      lost = group
      // The first is the preflight's.
      return looks++ === 0 ? undefined : refuse('TargetGroupNotFound')
    }
    const done = await deploy(cloud, both)
    expect(lost).toBe('api')
    const { services } = done.outputs['deploy-record'] as { services: { verdict: string; reason: string }[] }
    expect(services).toMatchObject([
      { verdict: 'failed', reason: expect.stringContaining('its status can no longer be read') },
      { verdict: 'succeeded' },
    ])
  })

  test('are all rolled back when the run is cancelled, also during UpdateService', async () => {
    await make()
    const cancellation = new AbortController()
    const apiGaveUp = Promise.withResolvers<void>()
    cloud.intercept = ({ action, request }) => {
      if (action !== 'UpdateService' || !request.body.includes('api')) return undefined
      cancellation.abort()
      return { reset: 'before' }
    }
    const done = await deploy(
      cloud,
      { ...both, image: 'example.com/web:slow' },
      {
        signal: cancellation.signal,
        connect: (config) => {
          const clients = awsClients(config)
          clients.ecs.middlewareStack.add(
            (next, { commandName }) =>
              async (args) => {
                if (commandName !== 'UpdateServiceCommand') return next(args)
                if (JSON.stringify(args.input).includes('api')) return next(args).finally(() => apiGaveUp.resolve())
                await apiGaveUp.promise
                return next(args)
              },
            { step: 'initialize' },
          )
          return clients
        },
      },
    )
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(done.error).toContain('Service `production/worker` is being rolled back to worker:1 by ECS.')
    await cloud.clock.advance(900_000)
    expect(revisionName((await serviceIn(cloud, 'worker'))?.taskDefinition)).toBe('worker:1')
    expect(revisionName((await serviceIn(cloud, 'api'))?.taskDefinition)).toBe('api:1')
  })

  test('may be in several clusters, and one that cannot be updated does not stop the other', async () => {
    await makeService(cloud, { name: 'api' })
    await makeService(cloud, { name: 'worker', cluster: 'batch' })
    cloud.intercept = ({ action, request }) =>
      action === 'UpdateService' && request.body.includes('batch') ? refuse('InvalidParameterException') : undefined
    const done = await deploy(cloud, { service: 'api, batch/worker', image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('failed')
    const { services } = done.outputs['deploy-record'] as { services: { service: string; verdict: string }[] }
    expect(services.map(({ service: name, verdict }) => [name, verdict])).toEqual([
      ['api', 'succeeded'],
      ['worker', 'failed'],
    ])
  })
})
