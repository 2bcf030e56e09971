import { deploy, MINUTE, type World, world } from '../../world.ts'
import { current, native, weights } from './world.ts'

describe('PAUSE hooks', () => {
  const paused = (lifecycleStages: string[], timeoutConfiguration?: object) => ({
    strategy: 'BLUE_GREEN',
    lifecycleHooks: [
      { targetType: 'PAUSE', lifecycleStages, ...(timeoutConfiguration ? { timeoutConfiguration } : {}) },
    ],
  })
  /** A service whose next deployment pauses; its first one did not. */
  async function pausing(it: World, configuration: object) {
    const made = await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it, { deploymentConfiguration: configuration })
    return made
  }
  const goOn = (it: World, serviceDeploymentArn: string, hookId: string, action?: string) =>
    it.call('ContinueServiceDeployment', { serviceDeploymentArn, hookId, ...(action ? { action } : {}) })

  test('the deployment waits for ContinueServiceDeployment', async () => {
    const it = world()
    const made = await pausing(it, paused(['POST_TEST_TRAFFIC_SHIFT']))
    await it.clock.advance(30 * MINUTE)
    const waiting = await current(it)
    expect(waiting).toMatchObject({
      ...{ status: 'IN_PROGRESS', lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' },
      lifecycleHookDetails: [
        {
          ...{ hookId: expect.stringMatching(/^ecs-pause-[\w-]{43}$/), targetType: 'PAUSE' },
          ...{ status: 'AWAITING_ACTION', timeoutAction: 'ROLLBACK', expiresAt: expect.any(Date) },
        },
      ],
    })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
    expect(await weights(it, made, made.test)).toEqual([0, 100])
    const [{ hookId }] = waiting.lifecycleHookDetails
    await goOn(it, waiting.serviceDeploymentArn, hookId)
    await it.clock.advance(10 * MINUTE)
    expect(await current(it)).toMatchObject({ status: 'SUCCESSFUL', lifecycleHookDetails: [{ status: 'SUCCEEDED' }] })
    expect(it.entries('lifecycle-hook').map(({ status }) => status)).toEqual(['AWAITING_ACTION', 'SUCCEEDED'])
    const code = await it.refusal('ContinueServiceDeployment', {
      serviceDeploymentArn: waiting.serviceDeploymentArn,
      hookId,
    })
    expect(code).toMatchObject({ code: 'InvalidParameterException' })
  })

  test('ROLLBACK rolls back', async () => {
    const it = world()
    const made = await pausing(it, paused(['POST_PRODUCTION_TRAFFIC_SHIFT']))
    await it.clock.advance(5 * MINUTE)
    expect(await weights(it, made, made.production)).toEqual([0, 100])
    const { serviceDeploymentArn, lifecycleHookDetails } = await current(it)
    await goOn(it, serviceDeploymentArn, lifecycleHookDetails[0].hookId, 'ROLLBACK')
    await it.clock.advance(3 * MINUTE)
    expect(await current(it)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      rollback: { reason: expect.stringContaining('lifecycle hook') },
    })
    expect(await weights(it, made, made.production)).toEqual([100, 0])
  })

  test.each([
    ['ROLLBACK', 'ROLLBACK_SUCCESSFUL'],
    ['CONTINUE', 'SUCCESSFUL'],
  ])('a time-out with %s ends %s', async (action, status) => {
    const it = world()
    await pausing(it, paused(['PRE_SCALE_UP'], { timeoutInMinutes: 30, action }))
    await it.clock.advance(29 * MINUTE)
    expect(await current(it)).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'PRE_SCALE_UP' })
    await it.clock.advance(15 * MINUTE)
    expect(await current(it)).toMatchObject({ status, lifecycleHookDetails: [{ status: 'TIMED_OUT' }] })
  })

  test('each step has its own pause', async () => {
    const it = world()
    await native(it, { strategy: 'BLUE_GREEN' })
    await deploy(it, {
      deploymentConfiguration: {
        ...{ ...paused(['PRE_PRODUCTION_TRAFFIC_SHIFT']), strategy: 'LINEAR' },
        linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
      },
    })
    for (const production of [0, 50]) {
      await it.clock.advance(5 * MINUTE)
      const { serviceDeploymentArn, lifecycleHookDetails, targetServiceRevision } = await current(it)
      expect(targetServiceRevision.requestedProductionTrafficWeight).toBe(production)
      await goOn(it, serviceDeploymentArn, lifecycleHookDetails.at(-1).hookId, 'CONTINUE')
    }
    await it.clock.advance(10 * MINUTE)
    const { status, lifecycleHookDetails } = await current(it)
    expect([status, lifecycleHookDetails.length]).toEqual(['SUCCESSFUL', 2])
  })

  test('a stop during a pause rolls back', async () => {
    const it = world()
    await pausing(it, paused(['POST_SCALE_UP']))
    await it.clock.advance(5 * MINUTE)
    const { serviceDeploymentArn, lifecycleHookDetails } = await current(it)
    await it.call('StopServiceDeployment', { serviceDeploymentArn })
    await it.clock.advance(3 * MINUTE)
    expect((await current(it)).status).toBe('ROLLBACK_SUCCESSFUL')
    const { hookId } = lifecycleHookDetails[0]
    expect(await it.refusal('ContinueServiceDeployment', { serviceDeploymentArn, hookId })).toMatchObject({
      code: 'InvalidParameterException',
    })
  })

  test('an unknown service deployment is refused', async () => {
    const it = world()
    expect(
      await it.refusal('ContinueServiceDeployment', { serviceDeploymentArn: 'arn:nothing', hookId: 'x' }),
    ).toMatchObject({ code: 'ServiceDeploymentNotFoundException' })
  })
})
