import { MINUTE, network, register, steady, type World, world } from '../world.ts'

const main = { cluster: 'main' }
let it: World

beforeEach(async () => {
  it = world()
  await it.call('CreateCluster', { clusterName: 'main' })
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

  test('overrides have 8,192 characters at most', async () => {
    await register(it)
    const overrides = { containerOverrides: [{ name: 'web', command: ['x'.repeat(8_192)] }] }
    expect(await it.refusal('RunTask', { ...once, overrides })).toEqual({
      code: 'InvalidParameterException',
      message: 'Container Overrides length must be at most 8192.',
    })
  })

  test("ListTasks has AWS's filters: PENDING finds nothing", async () => {
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

  test('a full instance reports the missing resource', async () => {
    it = world('instances: { count: 1, cpu: 1024, memory: 600 }')
    await it.call('CreateCluster', { clusterName: 'main' })
    await register(it, { networkMode: 'bridge', requiresCompatibilities: ['EC2'] })
    const { tasks, failures } = await it.call('RunTask', { ...main, taskDefinition: 'web', count: 2 })
    expect(tasks).toHaveLength(1)
    expect(failures).toMatchObject([{ reason: 'RESOURCE:MEMORY' }])
  })
})
