import { create, MINUTE, register, world } from '../world.ts'

describe('other controllers', () => {
  test('a CODE_DEPLOY service has a task set in place of deployments', async () => {
    const it = world()
    await register(it)
    await create(it, { deploymentController: { type: 'CODE_DEPLOY' } })
    await it.clock.advance(2 * MINUTE)
    expect(await it.service()).toMatchObject({
      ...{ deploymentController: { type: 'CODE_DEPLOY' }, deployments: [], runningCount: 2 },
      taskSets: [{ status: 'PRIMARY', runningCount: 2, stabilityStatus: 'STEADY_STATE' }],
    })
    const { serviceDeployments } = await it.call('ListServiceDeployments', { cluster: 'main', service: 'web' })
    expect(serviceDeployments).toEqual([])
    const update = { cluster: 'main', service: 'web' }
    const next = await register(it)
    expect(await it.refusal('UpdateService', { ...update, taskDefinition: next })).toEqual({
      code: 'InvalidParameterException',
      message:
        'Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.',
    })
    expect(await it.refusal('UpdateService', { ...update, forceNewDeployment: true })).toMatchObject({
      message: expect.stringContaining('Cannot force a new deployment on services with a CODE_DEPLOY'),
    })
    await it.call('UpdateService', { ...update, desiredCount: 3 })
    await it.clock.advance(2 * MINUTE)
    expect((await it.service()).runningCount).toBe(3)
  })

  test('an EXTERNAL service starts no tasks', async () => {
    const it = world()
    await it.call('CreateCluster', { clusterName: 'main' })
    await it.call('CreateService', {
      ...{ cluster: 'main', serviceName: 'web', desiredCount: 2 },
      deploymentController: { type: 'EXTERNAL' },
    })
    const service = await it.service()
    expect(service).toMatchObject({ deploymentController: { type: 'EXTERNAL' }, deployments: [], taskSets: [] })
    expect(service).not.toHaveProperty('taskDefinition')
    const taskDefinition = await register(it)
    expect(await it.refusal('UpdateService', { cluster: 'main', service: 'web', taskDefinition })).toMatchObject({
      message: expect.stringContaining('services with an EXTERNAL deployment controller'),
    })
  })
})
