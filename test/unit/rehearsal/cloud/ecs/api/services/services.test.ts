import {
  container,
  create,
  deploy,
  type Loose,
  MINUTE,
  network,
  register,
  SECOND,
  steady,
  type World,
  world,
} from '../../world.ts'

const main = { cluster: 'main' }
let it: World

beforeEach(async () => {
  it = world()
  await it.call('CreateCluster', { clusterName: 'main' })
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
      { deploymentController: { type: 'CODE_DEPLOY' }, deploymentConfiguration: { strategy: 'CANARY' } },
      'The deployment strategy CANARY is only valid with the ECS deployment controller, not with CODE_DEPLOY.',
    ],
    [
      { deploymentController: { type: 'EXTERNAL' } },
      'taskDefinition is not valid with an EXTERNAL deployment controller: its task sets have one.',
    ],
    [
      { schedulingStrategy: 'DAEMON' },
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
    ],
  ])('%j is refused', async (more, message) => {
    expect(await refused(more)).toBe(message)
  })

  test('a second service with the same name is refused, unless the client token is the same', async () => {
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

  test('only members of a service revision start a new deployment', async () => {
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

  test('a refused update changes nothing', async () => {
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

  test('a deployment shows Service Connect and volumes, which the service does not', async () => {
    await register(it, {}, [container({ portMappings: [{ containerPort: 80, name: 'http' }] })])
    const configuration = {
      serviceConnectConfiguration: { enabled: true, services: [{ portName: 'http' }] },
      volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: 'arn:aws:iam::123456789012:role/ebs' } }],
    }
    await create(it, configuration)
    const service = await it.service()
    expect(service.deployments[0]).toMatchObject(configuration)
    expect(service).not.toHaveProperty('serviceConnectConfiguration')
  })

  test('ListServices pages by ten', async () => {
    await register(it)
    for (let i = 0; i < 12; i++) await create(it, { serviceName: `web-${i}` })
    const first = await it.call('ListServices', main)
    expect(first.serviceArns).toHaveLength(10)
    expect((await it.call('ListServices', { ...main, nextToken: first.nextToken })).serviceArns).toHaveLength(2)
    expect((await it.call('ListServices', { ...main, launchType: 'EC2' })).serviceArns).toEqual([])
  })

  test('DescribeServiceRevisions returns what was deployed', async () => {
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
        containerImages: [
          {
            ...{ containerName: 'web', image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1' },
            imageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          },
        ],
      },
    ])
  })

  test('tasks and the revision have the digest of the image, once a task runs', async () => {
    await register(it)
    await create(it)
    const digests = async () => {
      const { taskArns } = await it.call('ListTasks', main)
      const { tasks } = await it.call('DescribeTasks', { ...main, tasks: taskArns })
      const { serviceDeployments } = await it.call('ListServiceDeployments', { ...main, service: 'web' })
      const serviceRevisionArns = [serviceDeployments[0].targetServiceRevisionArn]
      const { serviceRevisions } = await it.call('DescribeServiceRevisions', { serviceRevisionArns })
      const images = [...tasks.flatMap(({ containers }: Loose) => containers), ...serviceRevisions[0].containerImages]
      return images.map(({ imageDigest }: Loose) => imageDigest)
    }
    await it.clock.advance(SECOND)
    expect(await digests()).toEqual([undefined, undefined, undefined])
    await it.clock.advance(MINUTE)
    const [digest] = await digests()
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await digests()).toEqual([digest, digest, digest])
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
