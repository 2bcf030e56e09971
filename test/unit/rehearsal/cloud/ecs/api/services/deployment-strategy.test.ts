import { advanced, front } from '../../scheduler/blue-green/world.ts'
import { behind, create, register, world } from '../../world.ts'

describe('refused', () => {
  const hook = (more: object) => ({
    ...{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 },
    lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRE_SCALE_UP'], ...more }],
  })
  test.each([
    [{ strategy: 'BLUE_GREEN' }, 'bakeTimeInMinutes must be specified with the BLUE_GREEN strategy.'],
    [{ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1441 }, 'bakeTimeInMinutes must be between 0 and 1440.'],
    [
      { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } },
      'stepPercent must be a multiple of 0.1 from 3.0 to 100.0.',
    ],
    [
      { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.25 } },
      'canaryPercent must be a multiple of 0.1 from 0.1 to 100.0.',
    ],
    [{ linearConfiguration: { stepPercent: 10 } }, 'linearConfiguration is only valid with the LINEAR strategy.'],
    [
      hook({ targetType: 'AWS_LAMBDA' }),
      'The rehearsal cloud does not simulate lifecycle hooks of type AWS_LAMBDA (only PAUSE).',
    ],
    [
      hook({ targetType: undefined }),
      'The rehearsal cloud does not simulate lifecycle hooks of type AWS_LAMBDA (only PAUSE).',
    ],
    [
      hook({ lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'] }),
      'PAUSE hooks cannot be configured at the PRODUCTION_TRAFFIC_SHIFT stage.',
    ],
    [hook({ timeoutConfiguration: { timeoutInMinutes: 0 } }), 'timeoutInMinutes must be between 1 and 20160.'],
    [
      { ...hook({}), strategy: 'ROLLING' },
      'The rehearsal cloud does not simulate deployment lifecycle hooks of rolling updates.',
    ],
  ])('%j', async (deploymentConfiguration, message) => {
    const it = world()
    const made = await front(it)
    await register(it)
    await it.call('CreateCluster', { clusterName: 'main' })
    const loadBalancers = [{ ...behind(made.blue), advancedConfiguration: advanced(made) }]
    const refusal = create(it, { deploymentConfiguration, loadBalancers })
    await expect(refusal).rejects.toMatchObject({ message })
  })

  test.each([
    [{ advancedConfiguration: undefined }, /^advancedConfiguration must be specified/],
    [{ alternateTargetGroupArn: 'arn:nothing' }, /alternateTargetGroupArn 'arn:nothing'/],
    [{ productionListenerRule: 'arn:nothing' }, /listener rule 'arn:nothing' does not exist/],
    [{ roleArn: undefined }, /roleArn must be specified/],
  ])('load balancers with %j', async (more, message) => {
    const it = world()
    const made = await front(it)
    await register(it)
    const advancedConfiguration =
      'advancedConfiguration' in more ? undefined : JSON.parse(JSON.stringify({ ...advanced(made), ...more }))
    const refusal = create(it, {
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 },
      loadBalancers: [{ ...behind(made.blue), ...(advancedConfiguration ? { advancedConfiguration } : {}) }],
    })
    await expect(refusal).rejects.toMatchObject({ message: expect.stringMatching(message) })
  })

  test('linear and canary without a load balancer', async () => {
    const it = world()
    await register(it)
    await expect(create(it, { deploymentConfiguration: { strategy: 'LINEAR' } })).rejects.toMatchObject({
      message: 'The LINEAR strategy needs a load balancer to shift traffic with.',
    })
  })
})
