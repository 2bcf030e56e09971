// `before-deploy-command`: a task of the new revision that has to succeed before any service is updated.
import { callsOf, revisionIn } from '../../support/deploy-ecs/cloud-state.ts'
import { deploy } from '../../support/deploy-ecs/deploy.ts'
import { type EcsCloud, makeService, startEcsCloud } from '../../support/deploy-ecs/ecs-cloud.ts'

let cloud: EcsCloud

beforeEach(async () => {
  cloud = await startEcsCloud()
})
afterEach(() => cloud.close())

describe('the task before the deploy', () => {
  const migrate = { 'before-deploy-command': 'npm run migrate' }

  test('runs from the new revision, in the network of the service, before the service is updated', async () => {
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
    expect(done.error).toMatch(
      /^production\/web: failed\. The task before the deploy failed: .* Nothing was deployed\.$/m,
    )
    expect(done.error).toContain(message)
    expect(done.outputs['verdict']).toBe('failed')
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
    expect(await revisionIn(cloud)).toBe('web:1')
  })

  test('is stopped at its time-out', async () => {
    await makeService(cloud)
    const done = await deploy(cloud, { ...migrate, image: 'example.com/web:next', 'before-deploy-timeout': '3m' })
    expect(done.error).toContain('had not ended after 3 min')
    expect(callsOf(cloud, 'StopTask').filter(({ outcome }) => outcome === 'ok')).toHaveLength(1)
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })

  test('is stopped when the run is cancelled', async () => {
    await makeService(cloud)
    const cancellation = new AbortController()
    cloud.clock.after(20_000, () => cancellation.abort())
    const done = await deploy(cloud, { ...migrate, image: 'example.com/web:next' }, { signal: cancellation.signal })
    expect(done.outputs['verdict']).toBe('cancelled')
    expect(callsOf(cloud, 'StopTask').filter(({ outcome }) => outcome === 'ok')).toHaveLength(1)
    expect(callsOf(cloud, 'UpdateService')).toHaveLength(0)
  })

  test('runs once although the answer of RunTask was lost', async () => {
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
