import {
  caller,
  container,
  create,
  deploy,
  MINUTE,
  network,
  register,
  SECOND,
  steady,
  type World,
  world,
} from './world.ts'

const main = { cluster: 'main' }
let it: World

beforeEach(async () => {
  it = world()
  await it.call('CreateCluster', { clusterName: 'main' })
})

describe('requests are held to their shapes', () => {
  test.each([
    ['DescribeServices', { ...main, services: 'web' }, 'SerializationException', 'Expected list or null (at services)'],
    [
      'DescribeServices',
      { cluster: 7, services: ['web'] },
      'SerializationException',
      'NUMBER_VALUE can not be converted to a String (at cluster)',
    ],
    [
      'UpdateService',
      { ...main, service: 'web', desiredCount: '3' },
      'SerializationException',
      'STRING_VALUE can not be converted to an Integer (at desiredCount)',
    ],
    [
      'CreateService',
      { ...main, serviceName: 'web', loadBalancers: [{ containerPort: true }] },
      'SerializationException',
      'TRUE_VALUE can not be converted to an Integer (at loadBalancers[0].containerPort)',
    ],
    [
      'RunTask',
      { ...main, taskDefinition: { family: 'web' } },
      'SerializationException',
      'Start of structure or map found where not expected. (at taskDefinition)',
    ],
    ['DescribeServices', main, 'InvalidParameterException', 'Services cannot be empty.'],
    ['RunTask', main, 'InvalidParameterException', 'TaskDefinition can not be blank.'],
    ['RegisterTaskDefinition', { containerDefinitions: [] }, 'ClientException', 'Family should not be null or empty.'],
    ['RegisterTaskDefinition', { family: 'web' }, 'ClientException', 'Container list cannot be empty.'],
    ['UpdateService', main, 'InvalidParameterException', 'Service can not be blank.'],
  ])('%s %j', async (operation, input, code, message) => {
    expect(await it.refusal(operation, input)).toEqual({ code, message })
  })

  test('null is as good as absent, and members that AWS does not know are ignored', async () => {
    const { clusters } = await it.call('DescribeClusters', { clusters: ['main'], include: null, whatever: 1 })
    expect(clusters).toHaveLength(1)
  })
})

describe('what is not there', () => {
  test.each([
    ['DescribeServices', { cluster: 'none', services: ['web'] }, 'ClusterNotFoundException', 'Cluster not found.'],
    ['UpdateService', { ...main, service: 'none' }, 'ServiceNotFoundException', 'Service not found.'],
    ['ListServiceDeployments', { ...main, service: 'none' }, 'ServiceNotFoundException', 'Service not found.'],
    ['ListTasks', { ...main, serviceName: 'none' }, 'ServiceNotFoundException', 'Service not found.'],
    ['StopTask', { ...main, task: 'none' }, 'InvalidParameterException', 'The referenced task was not found.'],
    ['DescribeTaskDefinition', { taskDefinition: 'none' }, 'ClientException', 'Unable to describe task definition.'],
    [
      'CreateService',
      { ...main, serviceName: 'web', desiredCount: 1, taskDefinition: 'none' },
      'ClientException',
      'TaskDefinition not found.',
    ],
    [
      'StopServiceDeployment',
      { serviceDeploymentArn: 'arn:aws:ecs:eu-west-1:123456789012:service-deployment/a/b/c' },
      'ServiceDeploymentNotFoundException',
      'Service deployment not found.',
    ],
    [
      'ListTagsForResource',
      { resourceArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/none' },
      'ClusterNotFoundException',
      'Cluster not found.',
    ],
  ])('%s', async (operation, input, code, message) => {
    expect(await it.refusal(operation, input)).toEqual({ code, message })
  })

  test('describing names what is missing, beside what is there', async () => {
    const arn = 'arn:aws:ecs:eu-west-1:123456789012'
    expect(await it.call('DescribeClusters', { clusters: ['main', 'none'] })).toMatchObject({
      clusters: [{ clusterName: 'main' }],
      failures: [{ arn: `${arn}:cluster/none`, reason: 'MISSING' }],
    })
    expect(await it.call('DescribeServices', { ...main, services: ['none'] })).toEqual({
      services: [],
      failures: [{ arn: `${arn}:service/main/none`, reason: 'MISSING' }],
    })
    expect(await it.call('DescribeTasks', { ...main, tasks: ['none'] })).toEqual({
      tasks: [],
      failures: [{ arn: `${arn}:task/main/none`, reason: 'MISSING' }],
    })
    for (const [operation, member, answer] of [
      ['DescribeServiceDeployments', 'serviceDeploymentArns', 'serviceDeployments'],
      ['DescribeServiceRevisions', 'serviceRevisionArns', 'serviceRevisions'],
    ] as const) {
      expect(await it.call(operation, { [member]: [`${arn}:x`] })).toEqual({
        [answer]: [],
        failures: [{ arn: `${arn}:x`, reason: 'MISSING' }],
      })
    }
  })
})

test.each([
  ['DescribeServices', 'services', 10],
  ['DescribeTasks', 'tasks', 100],
  ['DescribeServiceDeployments', 'serviceDeploymentArns', 20],
  ['DescribeServiceRevisions', 'serviceRevisionArns', 20],
  ['DescribeClusters', 'clusters', 100],
])('%s takes no more than it may', async (operation, member, most) => {
  const input = (count: number) => ({
    ...(operation.endsWith('s') && member !== 'clusters' ? main : {}),
    [member]: Array(count).fill('x'),
  })
  await it.call(operation, input(most))
  expect(await it.refusal(operation, input(most + 1))).toMatchObject({
    code: 'InvalidParameterException',
    message: expect.stringContaining(`can have at most ${most} items.`),
  })
})

describe('task definitions', () => {
  test('revisions count up, and are described by family, by revision and by ARN', async () => {
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

  test('an inactive revision can be described, but nothing new starts of it', async () => {
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

describe('services', () => {
  const refused = async (more: object) => {
    await register(it)
    const base = {
      ...main,
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: network,
    }
    return (await it.refusal('CreateService', { ...base, ...more })).message
  }

  test.each([
    [
      { networkConfiguration: undefined },
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ],
    [
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    ],
    [
      { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    ],
    [
      { loadBalancers: [{ targetGroupArn: 'arn:x', containerName: 'other', containerPort: 80 }] },
      'The container other does not exist in the task definition.',
    ],
    [
      { loadBalancers: [{ targetGroupArn: 'arn:x', containerName: 'web', containerPort: 81 }] },
      'The container web did not have a container port 81 defined.',
    ],
    [
      { healthCheckGracePeriodSeconds: 30 },
      'Health check grace period is only valid for services configured to use load balancers',
    ],
    [
      { deploymentController: { type: 'CODE_DEPLOY' } },
      'The rehearsal cloud does not model the deployment controller CODE_DEPLOY.',
    ],
    [
      { deploymentConfiguration: { strategy: 'BLUE_GREEN' } },
      'The rehearsal cloud does not model the deployment strategy BLUE_GREEN.',
    ],
    [
      { schedulingStrategy: 'DAEMON' },
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
    ],
  ])('%j is refused', async (more, message) => {
    expect(await refused(more)).toBe(message)
  })

  test('a second service of the name is refused, unless the client token is the same', async () => {
    await register(it)
    await create(it, { clientToken: 'one' })
    const again = {
      ...main,
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: network,
    }
    expect(await it.refusal('CreateService', again)).toEqual({
      code: 'InvalidParameterException',
      message: 'Creation of service was not idempotent.',
    })
    expect((await it.call('CreateService', { ...again, clientToken: 'one' })).service.serviceName).toBe('web')
  })

  test('only what a revision pins starts a new deployment', async () => {
    const before = await steady(it)
    const update = async (more: object) =>
      (await it.call('UpdateService', { ...main, service: 'web', ...more })).service.deployments[0].id
    const { id } = before.deployments[0]
    expect(await update({ desiredCount: 3 })).toBe(id)
    expect(await update({ taskDefinition: 'web:1' })).toBe(id)
    expect(await update({ deploymentConfiguration: { maximumPercent: 150 } })).toBe(id)
    expect(await update({ networkConfiguration: network })).toBe(id)
    expect(await update({ forceNewDeployment: true })).not.toBe(id)
    const other = { awsvpcConfiguration: { subnets: ['subnet-2'] } }
    const latest = (await it.service()).deployments[0].id
    expect(await update({ networkConfiguration: other })).not.toBe(latest)
  })

  test('an update that is refused changes nothing', async () => {
    const before = await steady(it)
    const input = {
      ...main,
      service: 'web',
      desiredCount: 5,
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
    }
    await it.refusal('UpdateService', input)
    expect(await it.service()).toEqual(before)
  })

  test('ListServices pages by ten', async () => {
    await register(it)
    for (let i = 0; i < 12; i++) await create(it, { serviceName: `web-${i}` })
    const first = await it.call('ListServices', main)
    expect(first.serviceArns).toHaveLength(10)
    expect((await it.call('ListServices', { ...main, nextToken: first.nextToken })).serviceArns).toHaveLength(2)
    expect((await it.call('ListServices', { ...main, launchType: 'EC2' })).serviceArns).toEqual([])
  })

  test('revisions say what was deployed', async () => {
    const service = await steady(it)
    const { serviceDeployments } = await it.call('DescribeServiceDeployments', {
      serviceDeploymentArns: [service.currentServiceDeployment],
    })
    const arn = serviceDeployments[0].targetServiceRevision.arn
    expect(serviceDeployments[0]).toMatchObject({
      status: 'SUCCESSFUL',
      targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 2, pendingTaskCount: 0 },
      deploymentCircuitBreaker: { status: 'DISABLED', failureCount: 0, threshold: 3 },
    })
    const { serviceRevisions } = await it.call('DescribeServiceRevisions', { serviceRevisionArns: [arn] })
    expect(serviceRevisions).toMatchObject([
      {
        serviceArn: service.serviceArn,
        taskDefinition: service.taskDefinition,
        launchType: 'FARGATE',
        containerImages: [{ containerName: 'web', image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1' }],
      },
    ])
  })

  test('ListServiceDeployments filters by status and time, newest first', async () => {
    await steady(it)
    const between = it.clock.now() / 1000
    await it.clock.advance(SECOND)
    await deploy(it)
    const list = async (more: object) =>
      (await it.call('ListServiceDeployments', { ...main, service: 'web', ...more })).serviceDeployments.map(
        ({ status }: { status: string }) => status,
      )
    expect(await list({})).toEqual(['IN_PROGRESS', 'SUCCESSFUL'])
    expect(await list({ status: ['SUCCESSFUL'] })).toEqual(['SUCCESSFUL'])
    expect(await list({ createdAt: { after: between } })).toEqual(['IN_PROGRESS'])
    expect(await list({ createdAt: { before: between } })).toEqual(['SUCCESSFUL'])
    await it.clock.advance(91 * 24 * 60 * MINUTE)
    expect(await list({})).toEqual([])
  })
})

describe('tasks', () => {
  const once = { ...main, taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network }

  test('run, are described, and stop', async () => {
    await register(it)
    const { tasks, failures } = await it.call('RunTask', {
      ...once,
      count: 2,
      startedBy: 'me',
      tags: [{ key: 'a', value: 'b' }],
    })
    expect(failures).toEqual([])
    expect(tasks).toMatchObject(
      Array(2).fill({
        lastStatus: 'PROVISIONING',
        group: 'family:web',
        startedBy: 'me',
        tags: [{ key: 'a', value: 'b' }],
      }),
    )
    await it.clock.advance(MINUTE)
    const [task] = (await it.call('DescribeTasks', { ...main, tasks: [tasks[0].taskArn] })).tasks
    expect(task).toMatchObject({
      lastStatus: 'RUNNING',
      connectivity: 'CONNECTED',
      cpu: '256',
      memory: '512',
      platformVersion: '1.4.0',
      attachments: [{ type: 'ElasticNetworkInterface', status: 'ATTACHED' }],
    })
    await it.call('StopTask', { ...main, task: task.taskArn, reason: 'enough' })
    await it.clock.advance(MINUTE)
    expect((await it.call('DescribeTasks', { ...main, tasks: [task.taskArn] })).tasks).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: 'enough',
        attachments: [{ status: 'DELETED' }],
      },
    ])
  })

  test('a client token makes RunTask repeatable, for the same request', async () => {
    await register(it)
    const first = await it.call('RunTask', { ...once, clientToken: 'token' })
    const second = await it.call('RunTask', { ...once, clientToken: 'token' })
    expect(second.tasks[0].taskArn).toBe(first.tasks[0].taskArn)
    expect(it.entries('task')).toHaveLength(1)
    expect(await it.refusal('RunTask', { ...once, clientToken: 'token', count: 2 })).toMatchObject({
      code: 'ConflictException',
    })
  })

  test('overrides reach the container, and must name one', async () => {
    await register(it)
    const overrides = {
      containerOverrides: [{ name: 'web', command: ['migrate'], environment: [{ name: 'A', value: '1' }] }],
    }
    const { tasks } = await it.call('RunTask', { ...once, overrides })
    expect(tasks[0].overrides).toMatchObject(overrides)
    expect(
      await it.refusal('RunTask', { ...once, overrides: { containerOverrides: [{ name: 'other' }] } }),
    ).toMatchObject({
      message: 'Override for container named other is not a container in the TaskDefinition.',
    })
    expect(await it.refusal('RunTask', { ...once, count: 11 })).toMatchObject({ code: 'InvalidParameterException' })
  })

  test('lists have the filters that AWS has, with the same surprises', async () => {
    await steady(it)
    await it.call('RunTask', { ...once, startedBy: 'me' })
    const list = async (more: object) => (await it.call('ListTasks', { ...main, ...more })).taskArns.length
    expect(await list({})).toBe(3)
    expect(await list({ serviceName: 'web' })).toBe(2)
    expect(await list({ family: 'web' })).toBe(3)
    expect(await list({ startedBy: 'me' })).toBe(1)
    expect(await list({ launchType: 'EC2' })).toBe(0)
    // Although the task that was just run is PENDING, or about to be.
    expect(await list({ desiredStatus: 'PENDING' })).toBe(0)
    expect(await list({ desiredStatus: 'STOPPED' })).toBe(0)
    expect(await it.refusal('ListTasks', { ...main, startedBy: 'me', family: 'web' })).toMatchObject({
      code: 'InvalidParameterException',
    })
    const page = await it.call('ListTasks', { ...main, maxResults: 2 })
    expect((await it.call('ListTasks', { ...main, maxResults: 2, nextToken: page.nextToken })).taskArns).toHaveLength(1)
  })

  test('an instance that is full says what it lacks', async () => {
    it = world('instances: { count: 1, cpu: 1024, memory: 600 }')
    await it.call('CreateCluster', { clusterName: 'main' })
    await register(it, { networkMode: 'bridge', requiresCompatibilities: ['EC2'] })
    const { tasks, failures } = await it.call('RunTask', { ...main, taskDefinition: 'web', count: 2 })
    expect(tasks).toHaveLength(1)
    expect(failures).toMatchObject([{ reason: 'RESOURCE:MEMORY' }])
  })
})

describe('clusters and tags', () => {
  test('creating a cluster again answers with the one that is there', async () => {
    const again = await it.call('CreateCluster', {
      clusterName: 'main',
      settings: [{ name: 'containerInsights', value: 'enabled' }],
    })
    expect(again.cluster.settings).toEqual([{ name: 'containerInsights', value: 'disabled' }])
    expect((await it.call('ListClusters')).clusterArns).toHaveLength(1)
  })

  test('capacity providers are put, and a strategy must name one of them', async () => {
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

  test('tags are set, read and taken away', async () => {
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

  test('a service hands its tags on to its tasks, if it is to', async () => {
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
