import {
  behind,
  breaker,
  container,
  create,
  deploy,
  MINUTE,
  register,
  SECOND,
  steady,
  targetGroup,
  type World,
  world,
} from '../world.ts'

const PULL_ERROR = 'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref'
const badImage = `
tasks:
  - when: { image: 'bad' }
    pull: { fails: '${PULL_ERROR}' }
`
const bad = [container({ image: 'registry.example/bad:1' })]

/** How the history says that deployments went, oldest first. */
async function history(it: World) {
  const { serviceDeployments } = await it.call('ListServiceDeployments', { cluster: 'main', service: 'web' })
  const arns = serviceDeployments.map(
    ({ serviceDeploymentArn }: { serviceDeploymentArn: string }) => serviceDeploymentArn,
  )
  const described = await it.call('DescribeServiceDeployments', { serviceDeploymentArns: arns })
  return described.serviceDeployments.reverse()
}

async function stoppedTasks(it: World) {
  const { taskArns } = await it.call('ListTasks', { cluster: 'main', serviceName: 'web', desiredStatus: 'STOPPED' })
  return (await it.call('DescribeTasks', { cluster: 'main', tasks: taskArns })).tasks
}

test('the circuit breaker rolls back with a new PRIMARY id, and the failed deployment disappears', async () => {
  const it = world(badImage)
  const before = await steady(it, breaker(true))
  const old = before.deployments[0].id
  const id = await deploy(it, {}, bad)
  await it.clock.advance(15 * SECOND)
  // The breaker has tripped by now, but what is shown of the deployment lags behind.
  const during = (await it.service()).deployments
  expect(during).toMatchObject([
    { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', taskDefinition: before.taskDefinition },
    { id, status: 'ACTIVE', rolloutState: 'IN_PROGRESS', failedTasks: expect.any(Number) },
  ])
  const rollback = during[0].id
  expect([old, id]).not.toContain(rollback)
  expect(during[0].rolloutStateReason).toBe(`ECS deployment circuit breaker: rolling back to deploymentId ${old}.`)
  await it.clock.advance(5 * SECOND)
  expect((await it.service()).deployments[1]).toMatchObject({
    id,
    rolloutState: 'FAILED',
    rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
  })
  await it.clock.advance(MINUTE)
  expect(await it.service()).toMatchObject({
    taskDefinition: before.taskDefinition,
    runningCount: 2,
    deployments: [
      { id: rollback, rolloutState: 'COMPLETED', rolloutStateReason: `ECS deployment ${rollback} completed.` },
    ],
  })

  expect(
    it
      .messages()
      .slice(3)
      .filter((message) => !message.includes('has started')),
  ).toEqual([
    '(service web) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
    `(service web) (deployment ${id}) deployment failed: tasks failed to start.`,
    `(service web) rolling back to deployment ${old}.`,
    `(service web) (deployment ${rollback}) deployment completed.`,
    '(service web) has reached a steady state.',
  ])
  // What still ran was kept: no task of the old revision was stopped or started again.
  const started = it.entries('task').filter(({ lastStatus }) => lastStatus === 'PROVISIONING')
  expect(started.filter(({ taskDefinition }) => taskDefinition === before.taskDefinition)).toHaveLength(2)
  expect(await history(it)).toMatchObject([
    { status: 'SUCCESSFUL' },
    {
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
      rollback: { reason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.' },
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 4, threshold: 3 },
    },
  ])
})

test('the tasks that failed to start can be described for an hour', async () => {
  const it = world(badImage)
  await steady(it, breaker(true))
  const id = await deploy(it, {}, bad)
  await it.clock.advance(MINUTE)
  const tasks = await stoppedTasks(it)
  expect(tasks).toHaveLength(4)
  for (const task of tasks) {
    expect(task).toMatchObject({
      startedBy: id,
      group: 'service:web',
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: PULL_ERROR,
      containers: [{ lastStatus: 'STOPPED', reason: PULL_ERROR }],
    })
    expect(task.startedAt).toBeUndefined()
  }
  await it.clock.advance(58 * MINUTE)
  expect(await stoppedTasks(it)).toHaveLength(4)
  await it.clock.advance(2 * MINUTE)
  expect(await it.call('ListTasks', { cluster: 'main', serviceName: 'web', desiredStatus: 'STOPPED' })).toMatchObject({
    taskArns: [],
  })
})

test('a circuit breaker without rollback keeps the failed deployment as PRIMARY and the running tasks', async () => {
  const it = world(badImage)
  const before = await steady(it, breaker(false))
  const id = await deploy(it, {}, bad)
  await it.clock.advance(10 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([
    { id, status: 'PRIMARY', rolloutState: 'FAILED', runningCount: 0, failedTasks: 4 },
    { id: before.deployments[0].id, status: 'ACTIVE', runningCount: 2 },
  ])
  const [, failed] = await history(it)
  expect(failed).toMatchObject({ status: 'STOPPED', deploymentCircuitBreaker: { status: 'TRIGGERED' } })
  expect(failed.rollback).toBeUndefined()
  const attempts = it.entries('task').length
  await it.clock.advance(30 * MINUTE)
  expect(it.entries('task')).toHaveLength(attempts)
  // A good revision gets the service out of there.
  await deploy(it)
  await it.clock.advance(5 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 2 }])
})

test('a first deployment has nothing to roll back to', async () => {
  const it = world(badImage)
  await register(it, {}, bad)
  await create(it, breaker(true))
  await it.clock.advance(5 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'FAILED' }])
  expect(await history(it)).toMatchObject([
    { status: 'ROLLBACK_FAILED', statusReason: expect.stringContaining('No rollback candidate was found') },
  ])
})

test('without a circuit breaker, a missing image is retried at growing intervals', async () => {
  const it = world(badImage)
  await steady(it, { desiredCount: 1 })
  const id = await deploy(it, {}, bad)
  const start = it.clock.now()
  await it.clock.advance(4 * 60 * MINUTE)
  expect((await it.service()).deployments[0]).toMatchObject({ id, rolloutState: 'IN_PROGRESS' })
  const attempts = it
    .entries('task')
    .filter(({ lastStatus, deployment }) => lastStatus === 'PROVISIONING' && deployment === id)
    .map(({ at }) => Date.parse(at) - start)
  const pauses = attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0))
  expect(pauses[0]).toBeLessThan(MINUTE)
  expect(Math.max(...pauses)).toBeGreaterThan(27 * MINUTE)
  expect(Math.max(...pauses)).toBeLessThan(28 * MINUTE)
})

test('a container that exits at once triggers the circuit breaker', async () => {
  const it = world("tasks: [{ when: { image: 'bad' }, exit: { after: 0s, code: 1 } }]")
  await steady(it, breaker(true))
  await deploy(it, {}, bad)
  await it.clock.advance(2 * MINUTE)
  expect((await history(it)).at(-1)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
  expect((await stoppedTasks(it))[0]).toMatchObject({
    stopCode: 'EssentialContainerExited',
    stoppedReason: 'Essential container in task exited',
    containers: [{ exitCode: 1 }],
  })
})

test("the circuit breaker misses crashes after RUNNING, as AWS's does", async () => {
  const it = world("tasks: [{ when: { image: 'bad' }, exit: { after: 5s, code: 3 } }]")
  await steady(it, breaker(true))
  const id = await deploy(it, {}, bad)
  await it.clock.advance(60 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([
    { id, rolloutState: 'IN_PROGRESS', failedTasks: 0 },
    { runningCount: 2 },
  ])
  expect((await stoppedTasks(it)).length).toBeGreaterThan(50)
})

test('out of memory shows as exit code 137', async () => {
  const reason = 'OutOfMemoryError: Container killed due to memory usage'
  const it = world(`tasks: [{ when: { image: 'bad' }, exit: { after: 3s, code: 137, reason: '${reason}' } }]`)
  await steady(it)
  await deploy(it, {}, bad)
  await it.clock.advance(MINUTE)
  expect((await stoppedTasks(it))[0]).toMatchObject({
    stopCode: 'EssentialContainerExited',
    containers: [{ exitCode: 137, reason }],
  })
})

test.each([
  ['503', 'Health checks failed with these codes: [503]'],
  ['timed-out', 'Request timed out'],
  ['refused', 'Health checks failed'],
])('targets that return %s trigger the circuit breaker in its second stage', async (answers, reason) => {
  const it = world(`tasks: [{ when: { image: 'bad' }, answers: ${answers} }]`)
  const arn = await targetGroup(it)
  await steady(it, { ...breaker(true), loadBalancers: [behind(arn)] })
  const id = await deploy(it, {}, bad)
  await it.clock.advance(20 * MINUTE)
  expect((await history(it)).at(-1)).toMatchObject({
    status: 'ROLLBACK_SUCCESSFUL',
    deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 3 },
  })
  const failed = (await stoppedTasks(it)).filter(({ startedBy }: { startedBy: string }) => startedBy === id)
  expect(failed[0]).toMatchObject({
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason: `Task failed ELB health checks in (target-group ${arn})`,
  })
  expect(it.messages()).toContainEqual(
    expect.stringMatching(
      /^\(service web\) \(task \w+\) \(port 80\) is unhealthy in \(target-group .*\) due to \(reason .*\)$/,
    ),
  )
  expect(it.messages().find((message) => message.includes('is unhealthy in'))).toContain(`(reason ${reason})`)
})

test('failing container health checks stop the tasks and trigger the circuit breaker', async () => {
  const it = world("tasks: [{ when: { image: 'bad' }, health: unhealthy }]")
  const healthCheck = { command: ['CMD-SHELL', 'false'], interval: 10, retries: 2 }
  await steady(it, breaker(true))
  await deploy(it, {}, [container({ image: 'bad:1', healthCheck })])
  await it.clock.advance(5 * MINUTE)
  expect((await history(it)).at(-1)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
  const [task] = await stoppedTasks(it)
  expect(task).toMatchObject({ stoppedReason: 'Task failed container health checks', healthStatus: 'UNHEALTHY' })
})

test('checks are ignored in the grace period', async () => {
  const it = world("tasks: [{ when: { image: 'bad' }, answers: 503 }]")
  const arn = await targetGroup(it)
  await steady(it, { loadBalancers: [behind(arn)], healthCheckGracePeriodSeconds: 600 })
  const id = await deploy(it, {}, bad)
  await it.clock.advance(9 * MINUTE)
  const ofDeployment = () =>
    it.entries('task').filter(({ deployment, desiredStatus }) => deployment === id && desiredStatus === 'STOPPED')
  expect(ofDeployment()).toEqual([])
  await it.clock.advance(2 * MINUTE)
  expect(ofDeployment()).not.toEqual([])
})
