// Cancelled runs, lost answers, throttling, credentials that expire: what deploy-ecs makes of a bad day.
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { awsClients } from '../../../actions/deploy-ecs/src/aws/clients.ts'
import { AwsError } from '../../../rehearsal/cloud/kernel/errors.ts'
import { seededRandom } from '../../../rehearsal/cloud/kernel/random.ts'
import type { Intercept } from '../../../rehearsal/cloud/kernel/service.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

const calls = (action: string) => cloud.journal.entries('api').filter((entry) => entry['action'] === action)
const service = async (name = 'web') => {
  const { services } = await cloud.ecs.send(new DescribeServicesCommand({ cluster: 'production', services: [name] }))
  return services?.[0]
}
const revision = (arn: unknown) => String(arn).replace(/^.*\//, '')
/** How many deployments were made of the service, by the journal. */
const deployments = () => new Set(cloud.journal.entries('deployment').map(({ id }) => id)).size
/** How many revisions were made, by what there is. */
const revisions = () =>
  calls('RegisterTaskDefinition').filter(({ outcome }) => outcome === 'ok' || outcome === 'reset-after').length

const refuse = (code: string, status = 400): { error: AwsError } => ({
  error: new AwsError(code, `${code}, said the cloud`, status),
})

describe('a run that is cancelled', () => {
  const cancelled = async (inputs: Record<string, string>, afterMs: number) => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.clock.after(afterMs, () => cancellation.abort())
    return deploy(cloud, { image: 'example.com/web:slow', ...inputs }, { signal: cancellation.signal })
  }

  test('in the middle of a rollout has it rolled back by ECS, and says so', async () => {
    const done = await cancelled({}, 20_000)
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(done.error).toContain('Service `production/web` is being rolled back to web:1 by ECS.')
    expect(done.summary).toContain('🚫 Cancelled')
    await cloud.clock.advance(600_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:1')
    expect((await service())?.deployments).toHaveLength(1)
  })

  test('leaves the rollout to itself with on-cancel: leave', async () => {
    const done = await cancelled({ 'on-cancel': 'leave' }, 20_000)
    expect(done.error).toContain('goes on rolling out web:2; this run no longer watches it')
    expect(calls('StopServiceDeployment')).toHaveLength(0)
    await cloud.clock.advance(900_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:2')
  })

  test('before the update leaves the service alone', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.intercept = ({ action }) => {
      if (action === 'RegisterTaskDefinition') cancellation.abort()
      return undefined
    }
    const done = await deploy(cloud, { image: 'example.com/web:next' }, { signal: cancellation.signal })
    expect(done.error).toBeDefined()
    expect(calls('UpdateService')).toHaveLength(0)
  })

  test('while the update is under way is still rolled back', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.intercept = ({ action }) => {
      if (action === 'UpdateService') cancellation.abort()
      return undefined
    }
    const done = await deploy(cloud, { image: 'example.com/web:slow' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    await cloud.clock.advance(600_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:1')
  })

  test('on its way back to a healthy revision goes on there', async () => {
    await makeService(cloud)
    await deploy(cloud, { image: 'example.com/web:next' })
    await deploy(cloud, { image: 'example.com/web:third' })
    const cancellation = new AbortController()
    cloud.clock.after(10_000, () => cancellation.abort())
    const done = await deploy(cloud, { command: 'rollback', 'rollback-to': '2' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(done.error).toContain('goes on rolling out web:2; this run no longer watches it')
    await cloud.clock.advance(900_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:2')
  })

  test('without the right to stop deployments is updated back', async () => {
    cloud.intercept = ({ action }) => (action === 'StopServiceDeployment' ? refuse('AccessDeniedException') : undefined)
    const done = await cancelled({}, 20_000)
    expect(done.error).toContain('is being updated back to web:1')
    await cloud.clock.advance(600_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:1')
  })
})

describe('the post step', () => {
  /** A main step that is killed dead at some call: nothing of it happens after that. */
  const killed = async (atAction: string) => {
    await makeService(cloud)
    const dead = new Promise<never>(() => {})
    const state = new Map<string, string>()
    let reached: () => void = () => {}
    const there = new Promise<void>((resolve) => {
      reached = resolve
    })
    void deploy(
      cloud,
      { image: 'example.com/web:slow' },
      {
        liveState: state,
        connect: (config) => {
          const clients = awsClients(config)
          let alive = true
          clients.ecs.middlewareStack.add(
            (next, context) => async (args) => {
              if (!alive) return dead
              const result = await next(args)
              if (context['commandName'] !== atAction) return result
              alive = false
              reached()
              return dead
            },
            { step: 'initialize' },
          )
          return clients
        },
      },
    )
    await there
    return state
  }

  test.each(['UpdateServiceCommand', 'ListTasksCommand'])('leaves the service safe after a kill at %s', async (at) => {
    // The first ListTasks is the preflight's: nothing has been done by then, and nothing must be undone.
    const state = await killed(at)
    const done = await deploy(cloud, { image: 'example.com/web:slow' }, { phase: 'post', state })
    expect(done.error).toBeUndefined()
    await cloud.clock.advance(900_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:1')
    expect((await service())?.runningCount).toBe(2)
    if (at === 'UpdateServiceCommand') expect(done.summary).toContain('is being rolled back to web:1 by ECS')
    else expect(calls('UpdateService')).toHaveLength(0)
  })

  test('leaves the service safe that a cancelled main step could not', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.clock.after(20_000, () => cancellation.abort())
    cloud.intercept = () => (cancellation.signal.aborted ? refuse('AccessDeniedException') : undefined)
    const image = { image: 'example.com/web:slow' }
    const main = await deploy(cloud, image, { signal: cancellation.signal })
    expect(main.error).toContain('may be between web:1 and web:2: it could not be rolled back.')
    cloud.intercept = () => undefined
    const done = await deploy(cloud, image, { phase: 'post', state: main.state })
    expect(done.summary).toContain('Service `production/web` is being rolled back to web:1 by ECS.')
    await cloud.clock.advance(900_000)
    expect(revision((await service())?.taskDefinition)).toBe('web:1')
  })

  test.each([
    ['is cancelled', {}, 20_000],
    ['takes too long', { 'before-deploy-timeout': '30s' }, undefined],
  ])('stops the task before the deploy that %s and could not be stopped', async (_, inputs, cancelAfterMs) => {
    await makeService(cloud)
    const given = { image: 'example.com/web:next', 'before-deploy-command': 'migrate', ...inputs }
    const cancellation = new AbortController()
    if (cancelAfterMs !== undefined) cloud.clock.after(cancelAfterMs, () => cancellation.abort())
    cloud.intercept = ({ action }) => (action === 'StopTask' ? refuse('AccessDeniedException') : undefined)
    const main = await deploy(cloud, given, { signal: cancellation.signal })
    expect(main.outputs['verdict']).toBe(cancelAfterMs === undefined ? 'failed' : 'cancelled')
    expect(main.log.join('\n')).toMatch(/error: Task \w+ still runs: it could not be stopped./)
    expect(calls('UpdateService')).toHaveLength(0)
    cloud.intercept = () => undefined
    const done = await deploy(cloud, given, { phase: 'post', state: main.state })
    expect(done.error).toBeUndefined()
    expect(calls('StopTask').map(({ outcome }) => outcome)).toEqual([expect.not.stringMatching('ok'), 'ok'])
  })

  test('does nothing after a main step that ended', async () => {
    await makeService(cloud)
    const main = await deploy(cloud, { image: 'example.com/web:next' })
    const before = cloud.journal.entries('api').length
    const done = await deploy(cloud, { image: 'example.com/web:next' }, { phase: 'post', state: main.state })
    expect(done).toMatchObject({ error: undefined, summary: '', log: [] })
    expect(cloud.journal.entries('api')).toHaveLength(before)
  })
})

describe('an answer that is lost', () => {
  const loseOnce = (lost: string, how: 'before' | 'after'): Intercept => {
    let left = 1
    return ({ action }) => (action === lost && left-- > 0 ? { reset: how } : undefined)
  }

  test.each(['before', 'after'] as const)(
    '%s UpdateService was carried out: there is one deployment (peers: ecspresso 899, 929, 961, 978)',
    async (how) => {
      await makeService(cloud)
      cloud.intercept = loseOnce('UpdateService', how)
      const done = await deploy(cloud, { 'force-new-deployment': 'true' })
      expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
      expect(deployments()).toBe(2)
    },
  )

  test.each(['before', 'after'] as const)(
    '%s RegisterTaskDefinition was carried out: there is one new revision',
    async (how) => {
      await makeService(cloud)
      cloud.intercept = loseOnce('RegisterTaskDefinition', how)
      const done = await deploy(cloud, { image: 'example.com/web:next' })
      expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
      expect(revision(done.outputs['task-definition-arn'])).toBe('web:2')
      expect(revisions()).toBe(2)
    },
  )
})

describe('a call that is refused', () => {
  test.each(['ThrottlingException', 'ServerException', 'ServiceUnavailableException'])(
    'with %s, again and again, decides nothing',
    async (code) => {
      await makeService(cloud)
      const random = seededRandom(7)
      cloud.intercept = () => (random() < 0.4 ? refuse(code, code === 'ThrottlingException' ? 400 : 500) : undefined)
      const done = await deploy(cloud, { image: 'example.com/web:next' })
      expect([done.error, done.outputs['verdict']]).toEqual([undefined, 'succeeded'])
      expect(deployments()).toBe(2)
    },
  )

  test('because another deploy registers at the same time is tried again (peer: DTD 502)', async () => {
    await makeService(cloud)
    let left = 2
    cloud.intercept = ({ action }) =>
      action === 'RegisterTaskDefinition' && left-- > 0
        ? {
            error: new AwsError(
              'ClientException',
              'Too many concurrent attempts to create a new revision of the specified family.',
            ),
          }
        : undefined
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('succeeded')
    expect(revision(done.outputs['task-definition-arn'])).toBe('web:2')
  })

  test.each([
    ['ExpiredTokenException', 'Run aws-actions/configure-aws-credentials'],
    ['AccessDeniedException', 'AccessDeniedException'],
  ])(
    'with %s halfway ends the watch at once, and says that nothing is known (peers: the SDK waits on)',
    async (code, hint) => {
      await makeService(cloud)
      const begun = cloud.clock.now()
      cloud.intercept = ({ action }) =>
        cloud.clock.now() > begun + 10_000 && action.startsWith('Describe') ? refuse(code) : undefined
      const done = await deploy(cloud, { image: 'example.com/web:next' })
      expect(done.outputs['verdict']).toBe('failed')
      expect(done.error).toContain('its status can no longer be read; how it ends is not known')
      expect(done.error).toContain(hint)
      expect(Number(done.outputs['duration'])).toBeLessThan(15)
      expect(calls('StopServiceDeployment')).toHaveLength(0)
    },
  )

  test('because the service changed under us is an error of the service, and the verdict is failed', async () => {
    await makeService(cloud)
    cloud.intercept = ({ action }) => (action === 'UpdateService' ? refuse('ServiceNotActiveException') : undefined)
    const done = await deploy(cloud, { image: 'example.com/web:next' })
    expect(done.outputs['verdict']).toBe('failed')
    expect(done.error).toContain('The service could not be updated.')
    expect(done.error).toContain('ServiceNotActiveException, said the cloud')
  })
})

describe('lists that lag behind', () => {
  test('and never show the rollback of ECS: its service deployment tells how that ended', async () => {
    await makeService(cloud)
    let stopped = false
    let shown: unknown
    const done = await deploy(
      cloud,
      { image: 'example.com/web:crash' },
      {
        connect: (config) => {
          const clients = awsClients(config)
          clients.ecs.middlewareStack.add(
            (next, { commandName }) =>
              async (args) => {
                const result = await next(args)
                if (commandName === 'StopServiceDeploymentCommand') stopped = true
                if (commandName !== 'DescribeServicesCommand') return result
                if (!stopped) shown = result.output
                return { ...result, output: shown as typeof result.output }
              },
            { step: 'initialize' },
          )
          return clients
        },
      },
    )
    expect(done.outputs['verdict']).toBe('rolled-back')
    expect(done.error).toContain('Rolled back to web:1, which is healthy.')
    expect(revision((await service())?.taskDefinition)).toBe('web:1')
    expect((await service())?.deployments).toHaveLength(1)
  })

  test('name the deployment before ours: it is not taken for ours (peer: ecspresso 945)', async () => {
    await cloud.close()
    cloud = await startEcsCloud({ staleness: { currentServiceDeployment: 60_000, serviceDeployments: 30_000 } })
    await makeService(cloud)
    const done = await deploy(cloud, { 'force-new-deployment': 'true' })
    expect(done.outputs['verdict']).toBe('succeeded')
    const ours = cloud.journal.entries('service-deployment').at(-1)
    expect(done.outputs['service-deployment-arn']).toBe(ours?.['serviceDeploymentArn'])
  })
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
    expect(calls('UpdateService')).toHaveLength(2)
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

  test('are as bad as the worst, and only those that failed go back', async () => {
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
    expect(revision((await service('api'))?.taskDefinition)).toBe('api:2')
    expect(revision((await service('worker'))?.taskDefinition)).toBe('worker:1')
  })

  test('refuse an image for a container that none of them has', async () => {
    await make()
    const done = await deploy(cloud, { service: 'api, worker', image: 'app=a:1\nwrong=b:1' })
    expect(done.error).toContain('Input `image` names the container `wrong`, which no task definition here has.')
    expect(calls('UpdateService')).toHaveLength(0)
  })

  test('are followed one by one: a target group that one has lost says nothing of the other', async () => {
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

  test('are all left safe when the run is cancelled, also one whose update is on its way just then', async () => {
    await make()
    const cancellation = new AbortController()
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
                const late = commandName === 'UpdateServiceCommand' && JSON.stringify(args.input).includes('worker')
                if (late && !cancellation.signal.aborted) await once(cancellation.signal, 'abort')
                // Long after the other has given up.
                if (late) await delay(200)
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
    expect(revision((await service('worker'))?.taskDefinition)).toBe('worker:1')
    expect(revision((await service('api'))?.taskDefinition)).toBe('api:1')
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
