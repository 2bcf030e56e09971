import { container, register, type World, world } from '../world.ts'

const main = { cluster: 'main' }
let it: World

beforeEach(async () => {
  it = world()
  await it.call('CreateCluster', { clusterName: 'main' })
})

describe('task definitions', () => {
  test('revisions count up and are described by family, revision and ARN', async () => {
    await register(it)
    await register(it, { tags: [{ key: 'team', value: 'web' }] })
    const newest = await it.call('DescribeTaskDefinition', { taskDefinition: 'web', include: ['TAGS'] })
    expect(newest).toMatchObject({
      taskDefinition: { revision: 2, status: 'ACTIVE' },
      tags: [{ key: 'team', value: 'web' }],
    })
    const { taskDefinitionArn } = newest.taskDefinition
    for (const taskDefinition of ['web:2', taskDefinitionArn]) {
      expect((await it.call('DescribeTaskDefinition', { taskDefinition })).taskDefinition).toEqual(
        newest.taskDefinition,
      )
    }
  })

  test('AWS fills in defaults and read-only members', async () => {
    await register(it)
    const { taskDefinition } = await it.call('DescribeTaskDefinition', { taskDefinition: 'web' })
    expect(taskDefinition).toMatchObject({
      compatibilities: ['EC2', 'FARGATE'],
      registeredBy: 'arn:aws:iam::123456789012:user/tester',
      registeredAt: new Date(it.clock.now()),
      requiresAttributes: expect.arrayContaining([{ name: 'ecs.capability.task-eni' }]),
      volumes: [],
      placementConstraints: [],
      containerDefinitions: [
        {
          cpu: 0,
          essential: true,
          environment: [],
          mountPoints: [],
          volumesFrom: [],
          portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
        },
      ],
    })
  })

  test('a variable without a value is left out, as AWS leaves it out', async () => {
    const environment = [{ name: 'PORT', value: null }, { name: 'HOST' }, { name: 'EMPTY', value: '' }]
    await register(it, { containerDefinitions: [container({ environment })] })
    const { taskDefinition } = await it.call('DescribeTaskDefinition', { taskDefinition: 'web' })
    expect(taskDefinition.containerDefinitions[0].environment).toEqual([{ name: 'EMPTY', value: '' }])
  })

  test('a task definition of more than 64 KiB is refused, without its tags', async () => {
    const value = 'x'.repeat(65_000)
    const withTags = { tags: Array.from({ length: 50 }, (_, key) => ({ key: `${key}`, value: 'x'.repeat(256) })) }
    await register(it, {
      ...withTags,
      containerDefinitions: [container({ environment: [{ name: 'A', value }] })],
    })
    const input = {
      family: 'web',
      containerDefinitions: [
        {
          name: 'web',
          image: 'web:1',
          memory: 64,
          environment: [{ name: 'A', value: `${value}${'y'.repeat(20_000)}` }],
        },
      ],
    }
    expect(await it.refusal('RegisterTaskDefinition', input)).toEqual({
      code: 'ClientException',
      message: `Actual length: '${JSON.stringify(input).length}'. Max allowed length is '65536' bytes.`,
    })
  })

  test('an inactive revision can be described but not run', async () => {
    await register(it)
    const { taskDefinition } = await it.call('DeregisterTaskDefinition', { taskDefinition: 'web:1' })
    expect(taskDefinition).toMatchObject({ status: 'INACTIVE', deregisteredAt: expect.any(Date) })
    expect((await it.call('DescribeTaskDefinition', { taskDefinition: 'web:1' })).taskDefinition.status).toBe(
      'INACTIVE',
    )
    const inactive = { code: 'ClientException', message: 'TaskDefinition is inactive' }
    expect(await it.refusal('RunTask', { ...main, taskDefinition: 'web:1' })).toEqual(inactive)
    expect(
      await it.refusal('CreateService', { ...main, serviceName: 'a', desiredCount: 1, taskDefinition: 'web:1' }),
    ).toEqual(inactive)
    expect((await it.call('ListTaskDefinitionFamilies', { status: 'ACTIVE' })).families).toEqual([])
    expect((await it.call('ListTaskDefinitionFamilies', { status: 'INACTIVE' })).families).toEqual(['web'])
    expect(await it.refusal('DeregisterTaskDefinition', { taskDefinition: 'web' })).toMatchObject({
      code: 'ClientException',
    })
    expect(await it.call('DeleteTaskDefinitions', { taskDefinitions: ['web:1', 'none:1'] })).toMatchObject({
      taskDefinitions: [{ status: 'DELETE_IN_PROGRESS' }],
      failures: [{ arn: 'none:1', reason: 'MISSING' }],
    })
  })

  test('lists are filtered, sorted and paged', async () => {
    for (let i = 0; i < 3; i++) await register(it)
    await register(it, { family: 'worker' })
    const all = await it.call('ListTaskDefinitions', { maxResults: 2 })
    expect(all.taskDefinitionArns).toHaveLength(2)
    const rest = await it.call('ListTaskDefinitions', { maxResults: 2, nextToken: all.nextToken })
    expect([...all.taskDefinitionArns, ...rest.taskDefinitionArns].map((arn: string) => arn.split('/')[1])).toEqual([
      'web:1',
      'web:2',
      'web:3',
      'worker:1',
    ])
    expect(rest.nextToken).toBeUndefined()
    const newest = await it.call('ListTaskDefinitions', { familyPrefix: 'web', sort: 'DESC', maxResults: 1 })
    expect(newest.taskDefinitionArns[0]).toMatch(/web:3$/)
    expect(await it.refusal('ListTaskDefinitions', { nextToken: 'nonsense' })).toEqual({
      code: 'InvalidParameterException',
      message: 'Invalid token.',
    })
    expect(await it.refusal('ListTaskDefinitions', { maxResults: 101 })).toMatchObject({
      code: 'InvalidParameterException',
    })
  })

  test.each([
    ['no image', {}, [{ name: 'web' }], 'Container.image should not be null or empty.'],
    [
      'no memory at all',
      { cpu: undefined, memory: undefined, requiresCompatibilities: ['EC2'] },
      [container()],
      "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ],
    [
      'no essential container',
      {},
      [container({ essential: false })],
      'At least one container must be essential in the task definition.',
    ],
    [
      'a size that Fargate has not',
      { cpu: '256', memory: '8192' },
      [container()],
      'No Fargate configuration exists for given values: 256 CPU, 8192 memory.',
    ],
    [
      'Fargate without cpu',
      { cpu: undefined },
      [container()],
      "Fargate requires that 'cpu' be defined at the task level.",
    ],
    [
      'ECR without an execution role',
      { executionRoleArn: undefined },
      [container()],
      'Fargate requires task definition to have execution role ARN to support ECR images.',
    ],
    ['a wrong network mode', { networkMode: 'awsvpcs' }, [container()], "Invalid network mode 'awsvpcs'."],
  ])('%s is refused', async (_, more, containers, message) => {
    await expect(register(it, more, containers)).rejects.toMatchObject({ code: 'ClientException', message })
  })
})
