import { type World, world } from '../world.ts'

const main = { cluster: 'main' }
let it: World

beforeEach(async () => {
  it = world()
  await it.call('CreateCluster', { clusterName: 'main' })
})

describe('requests are validated against their shapes', () => {
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

  test('null counts as absent, and unknown members are ignored', async () => {
    const { clusters } = await it.call('DescribeClusters', { clusters: ['main'], include: null, whatever: 1 })
    expect(clusters).toHaveLength(1)
  })
})

describe('missing resources', () => {
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

  test('Describe calls return failures for missing resources', async () => {
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
])('%s refuses a batch above its limit', async (operation, member, most) => {
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
