import { behind, container, create, deploy, MINUTE, register, SECOND, world } from '../../world.ts'
import { advanced, blackouts, current, front, native, stages, statuses, until, weights } from './world.ts'

const behaviours = `
tasks:
  - { when: { image: ':missing' }, pull: { fails: 'CannotPullContainerError: not found' } }
  - { when: { image: ':sick' }, answers: 500 }
`
const running = (tag: string) => [container({ image: `registry.example/web:${tag}` })]

describe('rollback', () => {
  const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } }

  test('by the circuit breaker, before any traffic is shifted', async () => {
    const it = world(behaviours)
    const made = await native(it, { strategy: 'BLUE_GREEN', ...breaker })
    await deploy(it, {}, running('missing'))
    await it.clock.advance(10 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
      lifecycleStage: 'CLEAN_UP',
      deploymentCircuitBreaker: { status: 'TRIGGERED' },
    })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(stages(it)).not.toContainEqual(expect.stringMatching(/TRAFFIC/))
    expect(await it.service()).toMatchObject({ taskDefinition: expect.stringMatching(/web:1$/), runningCount: 2 })
  })

  test('by an alarm during the bake time: traffic returns at once, green is removed later', async () => {
    const it = world()
    const made = await native(it, {
      ...{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 },
      alarms: { alarmNames: ['errors'], enable: true, rollback: true },
    })
    await deploy(it)
    await until(it, 'BAKE_TIME')
    it.alarms.set({ account: '123456789012', region: 'eu-west-1' }, 'errors', true)
    await it.clock.advance(2 * SECOND)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await current(it)).toMatchObject({
      ...{ status: 'ROLLBACK_IN_PROGRESS', lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT' },
      targetServiceRevision: { runningTaskCount: 2, requestedProductionTrafficWeight: 0 },
      sourceServiceRevisions: [{ runningTaskCount: 2, requestedProductionTrafficWeight: 100 }],
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['errors'] },
    })
    await it.clock.advance(2 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      targetServiceRevision: { runningTaskCount: 0 },
    })
    expect(await weights(it, made, made.test)).toEqual([100, 0])
    expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 2 }])
  })

  test.each([
    ['PRE_SCALE_UP'],
    ['SCALE_UP'],
    ['TEST_TRAFFIC_SHIFT'],
    ['PRODUCTION_TRAFFIC_SHIFT'],
    ['BAKE_TIME'],
    ['CLEAN_UP'],
  ])('StopServiceDeployment at %s', async (stage) => {
    const it = world()
    const made = await native(it, { strategy: 'CANARY' })
    await deploy(it)
    await until(it, stage)
    if (stage === 'CLEAN_UP') await it.clock.advance(3 * SECOND)
    const { serviceDeploymentArn } = await current(it)
    await it.call('StopServiceDeployment', { serviceDeploymentArn, stopType: 'ROLLBACK' })
    await it.clock.advance(5 * MINUTE)
    expect((await current(it)).status).toBe('ROLLBACK_SUCCESSFUL')
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await it.service()).toMatchObject({
      ...{ taskDefinition: expect.stringMatching(/web:1$/), runningCount: 2 },
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
    })
    const next = await deploy(it)
    await it.clock.advance(30 * MINUTE)
    expect((await it.service()).deployments).toMatchObject([{ id: next, rolloutState: 'COMPLETED' }])
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    expect(blackouts(it, made)).toEqual([])
  })

  test('without rollback nothing changes', async () => {
    const it = world(behaviours)
    const made = await native(it, {
      ...{ strategy: 'BLUE_GREEN' },
      deploymentCircuitBreaker: { enable: true, rollback: false },
    })
    const id = await deploy(it, {}, running('sick'))
    await it.clock.advance(10 * MINUTE)
    expect((await current(it)).status).toBe('STOPPED')
    expect((await it.service()).deployments).toMatchObject([
      { id, status: 'PRIMARY', rolloutState: 'FAILED' },
      { status: 'ACTIVE', runningCount: 2 },
    ])
    expect(await weights(it, made, made.production)).toEqual([100, 0])
  })

  test('a new deployment over a running one first shifts traffic back and reconciles', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 10 })
    await deploy(it)
    await until(it, 'BAKE_TIME')
    await deploy(it)
    await it.clock.advance(2 * SECOND)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await current(it)).toMatchObject({ lifecycleStage: 'RECONCILE_SERVICE', status: 'IN_PROGRESS' })
    await until(it, 'SCALE_UP')
    expect((await it.service()).deployments).toHaveLength(2)
    await it.clock.advance(30 * MINUTE)
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
    expect(await it.service()).toMatchObject({ taskDefinition: expect.stringMatching(/web:3$/), runningCount: 2 })
    expect(await weights(it, made, made.production)).toEqual([0, 100])
  })

  test('a new deployment over one in CLEAN_UP treats that one as live', async () => {
    const it = world()
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it)
    await until(it, 'CLEAN_UP')
    await it.clock.advance(3 * SECOND)
    await deploy(it)
    await until(it, 'SCALE_UP')
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    await it.clock.advance(30 * MINUTE)
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(blackouts(it, made)).toEqual([])
    expect(statuses(it).at(-1)).toBe('SUCCESSFUL')
  })

  test('a first deployment has no rollback', async () => {
    const it = world(behaviours)
    const made = await front(it)
    await register(it, {}, running('missing'))
    await create(it, {
      loadBalancers: [{ ...behind(made.blue), advancedConfiguration: advanced(made) }],
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0, ...breaker },
    })
    await it.clock.advance(10 * MINUTE)
    expect(statuses(it).at(-1)).toBe('ROLLBACK_FAILED')
  })
})
