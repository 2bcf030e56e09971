import { behind, container, create, deploy, MINUTE, register, SECOND, steady, targetGroup, world } from '../world.ts'

/** What became of each task, in order, by the journal. */
const lives = (it: ReturnType<typeof world>) => {
  const tasks = new Map<string, string[]>()
  for (const { taskArn, lastStatus } of it.entries('task')) {
    const life = tasks.get(String(taskArn)) ?? []
    if (life.at(-1) !== lastStatus) life.push(String(lastStatus))
    tasks.set(String(taskArn), life)
  }
  return [...tasks.values()]
}

test('a new service starts its tasks, and is steady once they are healthy', async () => {
  const it = world()
  await register(it)
  const created = await create(it)
  expect(created).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 0 })
  expect(created.deployments).toMatchObject([
    {
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment ${created.deployments[0].id} in progress.`,
    },
  ])
  await it.clock.advance(10 * SECOND)
  // Nothing checks the tasks, so 40 seconds must pass before the scheduler believes in them.
  expect(await it.service()).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'IN_PROGRESS' }] })
  await it.clock.advance(40 * SECOND)
  const service = await it.service()
  expect(service.deployments).toMatchObject([
    {
      rolloutState: 'COMPLETED',
      rolloutStateReason: `ECS deployment ${created.deployments[0].id} completed.`,
      runningCount: 2,
    },
  ])
  expect(it.messages()).toEqual([
    expect.stringMatching(/^\(service web\) has started 2 tasks: \(task [0-9a-f]{32}\) \(task [0-9a-f]{32}\)\.$/),
    `(service web) (deployment ${created.deployments[0].id}) deployment completed.`,
    '(service web) has reached a steady state.',
  ])
  expect(service.events.map(({ message }: { message: string }) => message)).toEqual(it.messages().reverse())
})

test('a rolling update starts the new tasks, waits for their targets, drains the old ones and then stops them', async () => {
  const it = world()
  const arn = await targetGroup(it)
  const before = await steady(it, { loadBalancers: [behind(arn)] })
  const id = await deploy(it)
  expect((await it.service()).deployments).toMatchObject([
    { id, status: 'PRIMARY', rolloutState: 'IN_PROGRESS', runningCount: 0 },
    { id: before.deployments[0].id, status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 2 },
  ])
  // The deregistration delay is 300 seconds, unless the group says otherwise: the old deployment stays that long.
  await it.clock.advance(2 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([
    { id, rolloutState: 'IN_PROGRESS', runningCount: 2 },
    { runningCount: 0 },
  ])
  await it.clock.advance(5 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ id, rolloutState: 'COMPLETED', runningCount: 2 }])

  expect(lives(it)).toEqual([
    ...Array(2).fill([
      'PROVISIONING',
      'PENDING',
      'ACTIVATING',
      'RUNNING',
      'DEACTIVATING',
      'STOPPING',
      'DEPROVISIONING',
      'STOPPED',
    ]),
    ...Array(2).fill(['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING']),
  ])
  // The old tasks may go one by one, as the new ones become healthy.
  const told = it
    .messages()
    .slice(4)
    .map((message) => message.replace(/\d tasks?|\d running tasks|\d targets/, 'N').replace(/: \(.*/, ''))
  expect([...new Set(told)]).toEqual(
    [
      '(service web) has started N',
      `(service web) registered N in (target-group arn`,
      '(service web) has stopped N',
      '(service web) deregistered N in (target-group arn',
      `(service web, taskSet ${before.deployments[0].id}) has begun draining connections on N.`,
      `(service web) (deployment ${id}) deployment completed.`,
      '(service web) has reached a steady state.',
    ].map((message) => message.replace(/arn$/, () => `${arn})`)),
  )
  const stopped = it.entries('task').filter(({ lastStatus }) => lastStatus === 'STOPPED')
  for (const { stopCode, stoppedReason } of stopped) {
    expect({ stopCode, stoppedReason }).toEqual({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Scaling activity initiated by (deployment ${before.deployments[0].id})`,
    })
  }
})

test('a rollout keeps to minimumHealthyPercent and maximumPercent', async () => {
  const it = world()
  await steady(it, {
    desiredCount: 4,
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 125 },
  })
  const from = it.journal.entries().length
  await deploy(it)
  await it.clock.advance(10 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 4 }])

  const healthy = new Set<unknown>()
  const wanted = new Set<unknown>()
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const [i, entry] of it.journal.entries().entries()) {
    if (entry.type !== 'task') continue
    if (entry['healthy'] && entry['desiredStatus'] === 'RUNNING') healthy.add(entry['taskArn'])
    else healthy.delete(entry['taskArn'])
    if (entry['desiredStatus'] === 'RUNNING') wanted.add(entry['taskArn'])
    else wanted.delete(entry['taskArn'])
    if (i < from) continue
    least = Math.min(least, healthy.size)
    most = Math.max(most, wanted.size)
  }
  expect({ least, most }).toEqual({ least: 2, most: 5 })
})

test('desired count 0 completes at once, and scaling needs no deployment', async () => {
  const it = world()
  await register(it)
  const { deployments } = await create(it, { desiredCount: 0 })
  await it.clock.advance(5 * SECOND)
  expect((await it.service()).deployments).toMatchObject([
    { id: deployments[0].id, rolloutState: 'COMPLETED', desiredCount: 0 },
  ])
  expect(it.entries('task')).toEqual([])

  await it.call('UpdateService', { cluster: 'main', service: 'web', desiredCount: 3 })
  await it.clock.advance(MINUTE)
  expect(await it.service()).toMatchObject({
    runningCount: 3,
    deployments: [{ id: deployments[0].id, desiredCount: 3 }],
  })
  await it.call('UpdateService', { cluster: 'main', service: 'web', desiredCount: 1 })
  await it.clock.advance(MINUTE)
  expect(await it.service()).toMatchObject({
    runningCount: 1,
    deployments: [{ id: deployments[0].id, desiredCount: 1 }],
  })
  expect(it.entries('service-deployment').map(({ status }) => status)).toEqual(['IN_PROGRESS', 'SUCCESSFUL'])
})

test('a task waits for all its target groups', async () => {
  const it = world()
  const [one, two] = [await targetGroup(it, 'one'), await targetGroup(it, 'two', { HealthCheckPath: '/two' })]
  await steady(it, { loadBalancers: [behind(one), behind(two)] })
  expect(it.messages()).toEqual(
    expect.arrayContaining([
      `(service web) registered 2 targets in (target-group ${one})`,
      `(service web) registered 2 targets in (target-group ${two})`,
    ]),
  )
  const healthy = it.entries('target').filter(({ to }) => to === 'healthy')
  expect(healthy).toHaveLength(4)
})

test('container health checks decide whether a task is healthy', async () => {
  const it = world()
  const healthCheck = { command: ['CMD-SHELL', 'true'], interval: 10 }
  await register(it, {}, [container({ healthCheck })])
  await create(it)
  await it.clock.advance(10 * SECOND)
  expect((await it.service()).deployments[0].rolloutState).toBe('IN_PROGRESS')
  await it.clock.advance(10 * SECOND)
  expect((await it.service()).deployments[0].rolloutState).toBe('COMPLETED')
  const { taskArns } = await it.call('ListTasks', { cluster: 'main', serviceName: 'web' })
  const { tasks } = await it.call('DescribeTasks', { cluster: 'main', tasks: taskArns })
  expect(tasks).toMatchObject(Array(2).fill({ healthStatus: 'HEALTHY', containers: [{ healthStatus: 'HEALTHY' }] }))
})

test('containers start in the order of dependsOn', async () => {
  const it = world()
  await register(it, {}, [
    container({ dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }] }),
    { name: 'migrate', image: 'migrate:1', essential: false },
  ])
  await create(it, { desiredCount: 1 })
  await it.clock.advance(MINUTE)
  const { taskArns } = await it.call('ListTasks', { cluster: 'main', serviceName: 'web' })
  const { tasks } = await it.call('DescribeTasks', { cluster: 'main', tasks: taskArns })
  expect(tasks[0]).toMatchObject({
    lastStatus: 'RUNNING',
    containers: [
      { name: 'web', lastStatus: 'RUNNING' },
      { name: 'migrate', lastStatus: 'STOPPED', exitCode: 0 },
    ],
  })
})

test('a DAEMON service has one task on each container instance and replaces it there', async () => {
  const it = world('instances: { count: 3, cpu: 1024, memory: 2048 }')
  await register(it, { networkMode: 'bridge', requiresCompatibilities: ['EC2'] })
  await create(it, {
    schedulingStrategy: 'DAEMON',
    desiredCount: undefined,
    launchType: 'EC2',
    networkConfiguration: undefined,
  })
  await it.clock.advance(2 * MINUTE)
  expect(await it.service()).toMatchObject({
    desiredCount: 3,
    runningCount: 3,
    deployments: [{ rolloutState: 'COMPLETED' }],
  })
  const instances = async () => {
    const { taskArns } = await it.call('ListTasks', { cluster: 'main', serviceName: 'web' })
    const { tasks } = await it.call('DescribeTasks', { cluster: 'main', tasks: taskArns })
    return new Set(tasks.map(({ containerInstanceArn }: { containerInstanceArn: string }) => containerInstanceArn)).size
  }
  expect(await instances()).toBe(3)
  await it.call('UpdateService', { cluster: 'main', service: 'web', forceNewDeployment: true })
  await it.clock.advance(3 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 3 }])
  expect(await instances()).toBe(3)
})

test('bridge mode registers instances with their dynamic host port', async () => {
  const it = world('instances: { count: 1 }')
  const arn = await targetGroup(it, 'web', { TargetType: 'instance' })
  await register(it, { networkMode: 'bridge', requiresCompatibilities: ['EC2'] })
  await create(it, { launchType: 'EC2', networkConfiguration: undefined, loadBalancers: [behind(arn)] })
  await it.clock.advance(2 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 2 }])
  const healthy = it.entries('target').filter(({ to }) => to === 'healthy')
  expect(new Set(healthy.map(({ target, port }) => `${target}:${port}`)).size).toBe(2)
})

test('early success completes before the old tasks have drained', async () => {
  const it = world()
  const arn = await targetGroup(it)
  await steady(it, { desiredCount: 4, loadBalancers: [behind(arn)] })
  const id = await deploy(it, {
    deploymentConfiguration: {
      minimumHealthyPercent: 50,
      maximumPercent: 150,
      earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: 'DEFERRED' },
    },
  })
  await it.clock.advance(MINUTE)
  const { deployments } = await it.service()
  expect(deployments[0]).toMatchObject({ id, rolloutState: 'COMPLETED' })
  expect(deployments).toHaveLength(2)
  await it.clock.advance(10 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ id, runningCount: 4 }])
})

test('an unhealthy task of a steady service is replaced before it is stopped', async () => {
  const it = world('tasks: [{ when: { tasksFrom: 1, tasksTo: 1 }, sickAfter: 10m }]')
  const arn = await targetGroup(it)
  await steady(it, { loadBalancers: [behind(arn)] })
  await it.clock.advance(15 * MINUTE)
  const service = await it.service()
  expect(service).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] })
  expect(it.messages()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /\(port 80\) is unhealthy in \(target-group .*\) due to \(reason Health checks failed with these codes: \[503\]\)$/,
      ),
      expect.stringMatching(
        /has started 1 tasks: \(task \w+\)\. Amazon ECS replaced 1 tasks due to an unhealthy status\.$/,
      ),
    ]),
  )
  const sick = it.entries('task').find(({ stopCode }) => stopCode !== undefined)
  expect(sick).toMatchObject({
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Task failed ELB health checks in (target-group ${arn})`,
  })
  const condemned = sick?.seq ?? 0
  const healthyBefore = it.entries('task').filter(({ seq, healthy }) => seq < condemned && healthy)
  expect(new Set(healthyBefore.map(({ taskArn }) => taskArn)).size).toBe(3)
})
