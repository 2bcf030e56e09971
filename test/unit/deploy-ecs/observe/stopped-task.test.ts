import type { ObservedTask } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { failureOf, judgeStop, type StopKind } from '../../../../actions/deploy-ecs/src/observe/stopped-task.ts'
import { failedTask, GROUP, task } from '../../../support/deploy-ecs/observations.ts'

const stopped = (
  stopCode: string,
  stoppedReason: string,
  container: Partial<ObservedTask['containers'][number]> = {},
) => failedTask('1', { stopCode, stoppedReason, containers: [{ name: 'app', hostPorts: [], ...container }] })

// AWS's messages, as they were seen.
test.each<[string, ObservedTask, StopKind, boolean, boolean]>([
  [
    'a missing image',
    stopped(
      'TaskFailedToStart',
      'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref x:y: x:y: not found',
    ),
    'image',
    true,
    true,
  ],
  [
    'a slow registry',
    stopped(
      'TaskFailedToStart',
      'CannotPullContainerError: ref pull has been retried 5 time(s): dial tcp 10.0.0.1:443: i/o timeout',
    ),
    'image',
    true,
    false,
  ],
  [
    'a secret that may not be read',
    stopped(
      'TaskFailedToStart',
      'ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException',
    ),
    'initialisation',
    true,
    true,
  ],
  [
    'no way out of the subnet',
    stopped(
      'TaskFailedToStart',
      'ResourceInitializationError: unable to pull secrets or registry auth: connection issue: context deadline exceeded',
    ),
    'initialisation',
    true,
    false,
  ],
  [
    'out of memory',
    stopped('EssentialContainerExited', 'Essential container in task exited', {
      exitCode: 137,
      reason: 'OutOfMemoryError: Container killed due to memory usage',
    }),
    'out-of-memory',
    true,
    false,
  ],
  [
    'a crash',
    stopped('EssentialContainerExited', 'Essential container in task exited', { exitCode: 1 }),
    'exited',
    true,
    false,
  ],
  [
    'a target that fails its check',
    stopped('ServiceSchedulerInitiated', `Task failed ELB health checks in (target-group ${GROUP})`),
    'health-check',
    true,
    false,
  ],
  [
    'a container that fails its check',
    stopped('ServiceSchedulerInitiated', 'Task failed container health checks'),
    'health-check',
    true,
    false,
  ],
  [
    'a network interface that is late',
    stopped('TaskFailedToStart', 'Timeout waiting for network interface provisioning to complete.'),
    'not-started',
    true,
    false,
  ],
  [
    'a wrong user',
    stopped('TaskFailedToStart', 'Task failed to start', {
      reason: 'CannotStartContainerError: unable to find user nobody2: no matching entries in passwd file',
    }),
    'not-started',
    true,
    true,
  ],
  [
    'scaling in',
    stopped('ServiceSchedulerInitiated', 'Scaling activity initiated by (deployment ecs-svc/1)'),
    'scaled-in',
    false,
    false,
  ],
  ['a Spot interruption', stopped('SpotInterruption', 'Your Spot Task was interrupted.'), 'interrupted', false, false],
  ['StopTask', stopped('UserInitiated', 'Task stopped by user'), 'interrupted', false, false],
])('%s has its kind', (_, seen, kind, failure, certain) => {
  expect(judgeStop(seen)).toMatchObject({ kind, failure, certain })
})

test('returns undefined for a task that runs', () => {
  expect(judgeStop(task('1'))).toBeUndefined()
})

test('names the container that failed, not its sidecar', () => {
  const seen = failedTask('1', {
    containers: [
      { name: 'proxy', exitCode: 0, hostPorts: [] },
      { name: 'app', exitCode: 3, hostPorts: [] },
    ],
  })
  expect(judgeStop(seen)).toMatchObject({ container: 'app', exitCode: 3 })
})

test.each([
  ['StopTask was called', task('1', { stopCode: 'UserInitiated' }), 'interrupted'],
  [
    'ECS has begun to stop it',
    task('1', { stoppedReason: 'Task failed ELB health checks in (target-group x)' }),
    'health-check',
  ],
  ['it stopped without a reason', task('1', { lastStatus: 'STOPPED' }), 'exited'],
])('judges a task as soon as %s', (_, seen, kind) => {
  expect(judgeStop(seen)).toMatchObject({ kind })
})

const container = (name: string, exitCode?: number, reason?: string) => ({
  ...{ name, hostPorts: [] },
  ...(exitCode === undefined ? {} : { exitCode }),
  ...(reason === undefined ? {} : { reason }),
})

// With an essential container ECS stops all others: by SIGTERM (143), then SIGKILL (137).
test.each([
  ['a reason before an exit code', [container('proxy', 1), container('app', 137, 'OutOfMemoryError: killed')], 'app'],
  ['a failure before SIGKILL', [container('agent', 137), container('app', 2)], 'app'],
  ['SIGKILL before an end without an error', [container('init', 0), container('app', 137)], 'app'],
  ['an end without an error before SIGTERM', [container('agent', 143), container('app', 0)], 'app'],
  ['SIGTERM where there is nothing else', [container('agent', 143)], 'agent'],
  ['no container that did not end', [container('app')], undefined],
])('blames %s', (_, containers, name) => {
  expect(judgeStop(failedTask('1', { containers }))?.container).toBe(name)
})

test.each([
  ['task 0123456789abcdef0123456789abcdef at 10.0.0.1:443', 'task … at …'],
  ['eni-0a1b2c of 192.168.0.1', 'eni-… of …'],
  ['failed (Service: AmazonECR; Request ID: abc-123)', 'failed (Service: AmazonECR; request id: …)'],
])('removes ids and addresses from the reason %s', (stoppedReason, reason) => {
  expect(judgeStop(stopped('TaskFailedToStart', stoppedReason))?.reason).toBe(reason)
})

const CANNOT_PULL = 'CannotPullContainerError: '
const INIT = 'ResourceInitializationError: '

// An image or a secret that does not exist is missing for every instance. One instance alone can lack credentials or space.
test.each([
  [`${CANNOT_PULL}x:y: not found`, true, true],
  [`${CANNOT_PULL}no basic auth credentials`, true, false],
  [`${CANNOT_PULL}no match for platform in manifest`, true, false],
  [`${INIT}unable to pull secrets: ResourceNotFoundException`, true, true],
  [`${INIT}failed to create log stream: AccessDeniedException`, true, false],
  [`${INIT}unable to pull secrets: context deadline exceeded`, false, false],
])('%s is certain: %s, everywhere: %s', (reason, certain, everywhere) => {
  const seen = failedTask('1', { stopCode: 'TaskFailedToStart', stoppedReason: reason, containerInstanceArn: 'ci-1' })
  expect(judgeStop(seen)).toMatchObject({ certain, everywhere, instance: 'ci-1' })
})

test('a container that exits with an error is never certain to fail again', () => {
  const seen = stopped('EssentialContainerExited', 'Essential container in task exited', {
    ...{ exitCode: 1, reason: 'access denied' },
  })
  expect(judgeStop(seen)).toMatchObject({ kind: 'exited', certain: false })
})

test('failureOf leaves out stops that say nothing about the revision', () => {
  expect(failureOf(failedTask('1'))).toMatchObject({ kind: 'exited' })
  expect(failureOf(stopped('SpotInterruption', 'Your Spot Task was interrupted.'))).toBeUndefined()
  expect(failureOf(task('1'))).toBeUndefined()
})

test('blames the container that others wait for, with its exit code', () => {
  const seen = stopped('TaskFailedToStart', 'Task failed to start', {
    reason: 'DependencyError: container migrate exited with [3], condition SUCCESS was not met',
  })
  const migrate = { name: 'migrate', hostPorts: [], exitCode: 3 }
  const stop = judgeStop({ ...seen, containers: [...seen.containers, migrate] })
  expect(stop).toMatchObject({ kind: 'exited', container: 'migrate', exitCode: 3, certain: false, failure: true })
})

test('a failed health check has the name of its target group, and no exit code: ECS ended the container', () => {
  const reason = `Task failed ELB health checks in (target-group ${GROUP})`
  const stop = judgeStop(stopped('ServiceSchedulerInitiated', reason, { exitCode: 0 }))
  expect(stop).toMatchObject({ kind: 'health-check', reason: 'Task failed ELB health checks in target group web' })
  expect(stop).not.toHaveProperty('exitCode')
  expect(stop).not.toHaveProperty('container')
})
