import { caller, create, network, register, steady, type World, world } from '../world.ts'

const main = { cluster: 'main' }
let it: World

beforeEach(async () => {
  it = world()
  await it.call('CreateCluster', { clusterName: 'main' })
})

describe('clusters and tags', () => {
  test('creating an existing cluster returns it', async () => {
    const again = await it.call('CreateCluster', {
      clusterName: 'main',
      settings: [{ name: 'containerInsights', value: 'enabled' }],
    })
    expect(again.cluster.settings).toEqual([{ name: 'containerInsights', value: 'disabled' }])
    expect((await it.call('ListClusters')).clusterArns).toHaveLength(1)
  })

  test('a strategy must name a capacity provider of the cluster', async () => {
    const providers = { ...main, capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }
    const strategy = [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }]
    const { cluster } = await it.call('PutClusterCapacityProviders', {
      ...providers,
      defaultCapacityProviderStrategy: strategy,
    })
    expect(cluster).toMatchObject({
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: strategy,
    })
    expect(
      await it.refusal('PutClusterCapacityProviders', {
        ...main,
        capacityProviders: ['FARGATE_SPOT'],
        defaultCapacityProviderStrategy: strategy,
      }),
    ).toMatchObject({ code: 'InvalidParameterException' })
  })

  test('a cluster with services or tasks can not be deleted; a deleted one is inactive', async () => {
    await register(it)
    await it.call('RunTask', { ...main, taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network })
    expect(await it.refusal('DeleteCluster', main)).toMatchObject({ code: 'ClusterContainsTasksException' })
    await create(it)
    expect(await it.refusal('DeleteCluster', main)).toMatchObject({ code: 'ClusterContainsServicesException' })
    await it.call('CreateCluster', { clusterName: 'empty' })
    expect((await it.call('DeleteCluster', { cluster: 'empty' })).cluster.status).toBe('INACTIVE')
    expect((await it.call('DescribeClusters', { clusters: ['empty'] })).clusters).toMatchObject([
      { status: 'INACTIVE' },
    ])
    expect(await it.refusal('ListServices', { cluster: 'empty' })).toMatchObject({
      message: 'The referenced cluster was inactive.',
    })
  })

  test('tags are set, read and removed', async () => {
    const { serviceArn } = await steady(it)
    await it.call('TagResource', {
      resourceArn: serviceArn,
      tags: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
    })
    await it.call('UntagResource', { resourceArn: serviceArn, tagKeys: ['a'] })
    expect(await it.call('ListTagsForResource', { resourceArn: serviceArn })).toEqual({
      tags: [{ key: 'b', value: '2' }],
    })
    const { services } = await it.call('DescribeServices', { ...main, services: ['web'], include: ['TAGS'] })
    expect(services[0].tags).toEqual([{ key: 'b', value: '2' }])
    expect(
      await it.refusal('TagResource', { resourceArn: serviceArn, tags: [{ key: 'aws:x', value: '' }] }),
    ).toMatchObject({ code: 'InvalidParameterException' })
  })

  test('a service propagates its tags to its tasks when propagateTags says so', async () => {
    await steady(it, { propagateTags: 'SERVICE', enableECSManagedTags: true, tags: [{ key: 'team', value: 'web' }] })
    const { taskArns } = await it.call('ListTasks', main)
    const { tasks } = await it.call('DescribeTasks', { ...main, tasks: taskArns, include: ['TAGS'] })
    expect(tasks[0].tags).toEqual([
      { key: 'team', value: 'web' },
      { key: 'aws:ecs:clusterName', value: 'main' },
      { key: 'aws:ecs:serviceName', value: 'web' },
    ])
  })

  test.each([{ account: '210987654321' }, { region: 'us-east-1' }])(
    '%j does not see what is not its own',
    async (scope) => {
      await register(it)
      const other = { ...caller, ...scope }
      expect(await it.call('ListClusters', {}, other)).toMatchObject({ clusterArns: [] })
      expect(await it.call('ListTaskDefinitions', {}, other)).toMatchObject({ taskDefinitionArns: [] })
      await expect(it.call('DescribeServices', { ...main, services: ['web'] }, other)).rejects.toMatchObject({
        code: 'ClusterNotFoundException',
      })
    },
  )
})
