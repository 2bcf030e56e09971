import { breaker, create, deploy, MINUTE, register, SECOND, steady, type World, world } from '../world.ts'

const PULL_ERROR = 'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref'

/** How the history says that deployments went, oldest first. */
async function history(it: World) {
  const { serviceDeployments } = await it.call('ListServiceDeployments', { cluster: 'main', service: 'web' })
  const arns = serviceDeployments.map(
    ({ serviceDeploymentArn }: { serviceDeploymentArn: string }) => serviceDeploymentArn,
  )
  const described = await it.call('DescribeServiceDeployments', { serviceDeploymentArns: arns })
  return described.serviceDeployments.reverse()
}

test('a cluster without capacity says why, and the service continues once there is capacity', async () => {
  const it = world('instances: { count: 2, cpu: 1024, memory: 600 }')
  await register(it, { networkMode: 'bridge', requiresCompatibilities: ['EC2'] })
  await create(it, { launchType: 'EC2', networkConfiguration: undefined, desiredCount: 2 })
  await it.clock.advance(2 * MINUTE)
  expect(await it.service()).toMatchObject({ runningCount: 2 })
  await it.call('UpdateService', { cluster: 'main', service: 'web', desiredCount: 3 })
  await it.clock.advance(MINUTE)
  expect(it.messages().at(-1)).toMatch(
    /^\(service web\) was unable to place a task because no container instance met all of its requirements\. Reason: The closest matching \(container-instance \w+\) has insufficient memory available\. For more information, see the Troubleshooting section/,
  )
  await it.call('UpdateService', { cluster: 'main', service: 'web', desiredCount: 2 })
  await it.clock.advance(MINUTE)
  expect(it.messages().at(-1)).toBe('(service web) has reached a steady state.')
})

test('a cluster without container instances says so', async () => {
  const it = world('instances: { count: 0 }')
  await register(it)
  await create(it, { launchType: 'EC2' })
  await it.clock.advance(10 * SECOND)
  expect(it.messages()[0]).toContain('Reason: No Container Instances were found in your cluster.')
})

test('Fargate without capacity says so', async () => {
  const it = world('tasks: [{ when: { deployment: 2 }, noCapacity: true }]')
  await steady(it, breaker(true))
  await deploy(it)
  await it.clock.advance(10 * MINUTE)
  expect(it.messages()).toContain(
    '(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.',
  )
  expect((await history(it)).at(-1)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' })
})

test('a new deployment supersedes the running one', async () => {
  const it = world()
  const before = await steady(it)
  const second = await deploy(it)
  await it.clock.advance(20 * SECOND)
  const third = await deploy(it)
  expect((await it.service()).deployments).toMatchObject([
    { id: third, status: 'PRIMARY' },
    { id: second, status: 'ACTIVE', rolloutState: 'IN_PROGRESS', runningCount: 2 },
    { id: before.deployments[0].id, status: 'ACTIVE' },
  ])
  await it.clock.advance(5 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ id: third, rolloutState: 'COMPLETED' }])
  expect(await history(it)).toMatchObject([
    { status: 'SUCCESSFUL' },
    { status: 'STOPPED', statusReason: 'Replaced by a new service deployment.' },
    { status: 'SUCCESSFUL' },
  ])
})

test.each([
  ['ROLLBACK', 'ROLLBACK_REQUESTED', 'ROLLBACK_SUCCESSFUL'],
  ['ABORT', 'STOP_REQUESTED', 'STOPPED'],
])('StopServiceDeployment with %s', async (stopType, requested, verdict) => {
  const it = world("tasks: [{ when: { image: 'bad' }, answers: 503 }]")
  const before = await steady(it)
  const id = await deploy(it)
  await it.clock.advance(20 * SECOND)
  const [, { serviceDeploymentArn }] = await history(it)
  await it.call('StopServiceDeployment', { serviceDeploymentArn, stopType })
  expect((await history(it)).at(-1).status).toBe(requested)
  await it.clock.advance(5 * MINUTE)
  expect((await history(it)).at(-1).status).toBe(verdict)
  const { deployments, runningCount } = await it.service()
  if (stopType === 'ROLLBACK') {
    expect(deployments).toMatchObject([
      { taskDefinition: before.taskDefinition, rolloutState: 'COMPLETED', runningCount: 2 },
    ])
  } else {
    expect(deployments).toMatchObject([
      { id, status: 'PRIMARY', rolloutState: 'FAILED' },
      { status: 'ACTIVE', runningCount: 2 },
    ])
    expect(runningCount).toBe(4)
  }
  expect(await it.refusal('StopServiceDeployment', { serviceDeploymentArn, stopType })).toMatchObject({
    code: 'ConflictException',
  })
})

const alarms = (rollback: boolean) => ({
  deploymentConfiguration: { alarms: { alarmNames: ['high-5xx'], enable: true, rollback }, bakeTimeInMinutes: 5 },
})

test.each([
  [true, 'ROLLBACK_SUCCESSFUL', 'Service deployment rolled back because of alarm(s) in ALARM state: high-5xx.'],
  [false, 'STOPPED', 'Service deployment stopped because of alarm(s) in ALARM state: high-5xx.'],
])('an alarm fails the deployment (rollback %s)', async (rollback, status, statusReason) => {
  const it = world('alarms: [{ name: high-5xx, deployment: 2, after: 2m }]')
  await steady(it, { deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } } })
  const id = await deploy(it, alarms(rollback))
  await it.clock.advance(100 * SECOND)
  expect((await history(it)).at(-1)).toMatchObject({ status: 'IN_PROGRESS', alarms: { status: 'MONITORING' } })
  await it.clock.advance(5 * MINUTE)
  expect((await history(it)).at(-1)).toMatchObject({
    status,
    statusReason,
    alarms: { status: 'TRIGGERED', alarmNames: ['high-5xx'], triggeredAlarmNames: ['high-5xx'] },
  })
  expect(it.messages()).toContain(`(service web) (deployment ${id}) deployment failed: alarm detected.`)
})

test('a deployment with alarms bakes before it is complete', async () => {
  const it = world()
  await steady(it)
  await deploy(it, alarms(true))
  await it.clock.advance(5 * MINUTE)
  expect((await it.service()).deployments[0].rolloutState).toBe('IN_PROGRESS')
  await it.clock.advance(2 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }])
  expect((await history(it)).at(-1)).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'MONITORING_COMPLETE' } })
})

test('an alarm that is in ALARM at the start is ignored', async () => {
  const it = world('alarms: [{ name: high-5xx, deployment: 1, after: 10s }]')
  await steady(it)
  await deploy(it, alarms(true))
  expect((await history(it)).at(-1)).toMatchObject({ alarms: { status: 'DISABLED' } })
  await it.clock.advance(10 * MINUTE)
  expect((await history(it)).at(-1)).toMatchObject({ status: 'SUCCESSFUL' })
})

test('a deployment configuration without room for a rollout is reported', async () => {
  const it = world()
  await steady(it, { desiredCount: 1, deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 150 } })
  await deploy(it)
  await it.clock.advance(10 * MINUTE)
  expect((await it.service()).deployments).toMatchObject([
    { rolloutState: 'IN_PROGRESS', runningCount: 0 },
    { runningCount: 1 },
  ])
  expect(it.messages().at(-1)).toBe(
    '(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.',
  )
})

test('a rollback can fail, too', async () => {
  // From the second deployment on nothing can be pulled, so what was stopped cannot be started again.
  const it = world(`tasks: [{ when: { deploymentsFrom: 2 }, pull: { fails: '${PULL_ERROR}' } }]`)
  await steady(it, {
    deploymentConfiguration: {
      deploymentCircuitBreaker: { enable: true, rollback: true },
      minimumHealthyPercent: 0,
      maximumPercent: 100,
    },
  })
  await deploy(it)
  await it.clock.advance(30 * MINUTE)
  expect((await history(it)).at(-1)).toMatchObject({ status: 'ROLLBACK_FAILED' })
  expect((await it.service()).deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'FAILED' }])
})

test('reads can be stale', async () => {
  const it = world('all-is-well', {
    staleness: { currentServiceDeployment: 30 * SECOND, serviceDeployments: 5 * SECOND },
  })
  const before = await steady(it)
  await deploy(it)
  await it.clock.advance(2 * SECOND)
  expect(await history(it)).toHaveLength(1)
  await it.clock.advance(10 * SECOND)
  const [, ours] = await history(it)
  expect((await it.service()).currentServiceDeployment).toBe(before.currentServiceDeployment)
  await it.clock.advance(20 * SECOND)
  expect((await it.service()).currentServiceDeployment).toBe(ours.serviceDeploymentArn)
})

test('a service that is deleted drains, then is inactive', async () => {
  const it = world()
  await steady(it)
  expect(await it.refusal('DeleteService', { cluster: 'main', service: 'web' })).toEqual({
    code: 'InvalidParameterException',
    message: 'The service cannot be stopped while it is scaled above 0.',
  })
  const { service } = await it.call('DeleteService', { cluster: 'main', service: 'web', force: true })
  expect(service.status).toBe('DRAINING')
  await it.clock.advance(MINUTE)
  expect(await it.service()).toMatchObject({ status: 'INACTIVE', runningCount: 0, deployments: [] })
  expect(await it.refusal('UpdateService', { cluster: 'main', service: 'web' })).toEqual({
    code: 'ServiceNotActiveException',
    message: 'Service was not ACTIVE.',
  })
  await it.call('DeleteCluster', { cluster: 'main' })
})
