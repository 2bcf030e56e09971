// The post step applies `on-cancel` where the main step was killed, or could not.
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

const refuse = (code: string, status = 400): { error: AwsError } => ({
  error: new AwsError(code, `${code}, said the cloud`, status),
})

describe('the post step', () => {
  /** A main step that is killed at some call: nothing of it happens after that. */
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

  test.each(['UpdateServiceCommand', 'ListTasksCommand'])('applies on-cancel after a kill at %s', async (at) => {
    // The first ListTasks is the preflight's: nothing has been done by then, and nothing must be undone.
    const state = await killed(at)
    const done = await deploy(cloud, { image: 'example.com/web:slow' }, { phase: 'post', state })
    expect(done.error).toBeUndefined()
    await cloud.clock.advance(900_000)
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
    expect((await serviceIn(cloud))?.runningCount).toBe(2)
    if (at === 'UpdateServiceCommand') expect(done.summary).toContain('is being rolled back to web:1 by ECS')
    else expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })

  test('applies on-cancel where a cancelled main step could not', async () => {
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
    expect(revisionName((await serviceIn(cloud))?.taskDefinition)).toBe('web:1')
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
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
    cloud.intercept = () => undefined
    const done = await deploy(cloud, given, { phase: 'post', state: main.state })
    expect(done.error).toBeUndefined()
    expect(callsOf(cloud, 'StopTask').map(({ outcome }) => outcome)).toEqual([expect.not.stringMatching('ok'), 'ok'])
  })

  test('does nothing after a main step that ended by itself', async () => {
    await makeService(cloud)
    const main = await deploy(cloud, { image: 'example.com/web:next' })
    const before = cloud.journal.entries('api').length
    const done = await deploy(cloud, { image: 'example.com/web:next' }, { phase: 'post', state: main.state })
    expect(done).toMatchObject({ error: undefined, summary: '', log: [] })
    expect(cloud.journal.entries('api')).toHaveLength(before)
  })
})
