import type { Verdict } from '../../../../actions/deploy-ecs/src/watch/verdict.ts'
import {
  afterEcsRollback,
  afterRollback,
  afterScaleToZero,
  beforeDeployTaskFailed,
  cancelled,
  deployConflict,
  nothingToRollBack,
  notRolledBack,
  notStarted,
  notWaitedFor,
  outcomeUnknown,
  type StopResult,
  stopped,
} from '../../../../actions/deploy-ecs/src/watch/verdicts-without-observation.ts'
import { arn } from '../../../support/deploy-ecs/observations.ts'

const failed: Verdict = { status: 'failed', reason: 'Task 1 exited.', evidence: ['exit code 1'] }
const timedOut: Verdict = { ...failed, status: 'timed-out', reason: 'It took too long.' }
const healthy: Verdict = { status: 'succeeded', reason: 'All tasks are healthy.', evidence: ['2 of 2 tasks'] }

test('a run that was cancelled says how it left the service', () => {
  expect(cancelled('Service `c/web` is at web:1.')).toEqual({
    status: 'cancelled',
    reason: 'The run was cancelled. Service `c/web` is at web:1.',
    evidence: [],
  })
})

test('a deployment that was not waited for is a success that says so', () => {
  expect(notWaitedFor()).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('`wait-for: none`') })
})

test('an update that started nothing is a success that says so', () => {
  expect(notWaitedFor(false).reason).toMatch(/^No deployment was started: the service runs this revision already\./)
})

test('a task that fails before the deploy has the other lines of its error as evidence', () => {
  expect(beforeDeployTaskFailed('exited with code 3\nThe end of its log:')).toMatchObject({
    status: 'failed',
    reason: 'Exited with code 3. Nothing was deployed.',
    evidence: ['The end of its log:'],
  })
})

test('a conflict names the other deployments, and the input that deploys over them', () => {
  expect(deployConflict(['Service `c/web` was updated.'])).toMatchObject({
    status: 'failed',
    evidence: ['Service `c/web` was updated.'],
    next: 'Run the job again, or set `on-conflict: supersede` to deploy over it.',
  })
})

test.each([
  ['a service that could not be updated', notStarted('AccessDenied')],
  ['a deployment that can no longer be read', outcomeUnknown('AccessDenied')],
])('the outcome of %s is not known, so no rollback follows', (_, verdict) => {
  expect(verdict).toMatchObject({ status: 'failed', evidence: [], outcomeUnknown: true })
})

const ERROR = 'Could not look. AccessDenied\nCaused by: a policy\nNext: Allow it.'
const GOES_ON = 'ECS goes on with the deployment: look at the service in the console.'
test.each<[string, Verdict, string, string]>([
  ['a task', beforeDeployTaskFailed(ERROR), 'Could not look. AccessDenied. Nothing was deployed.', 'Allow it.'],
  ['an update', notStarted(ERROR), 'Could not look. AccessDenied.', 'Allow it.'],
  [
    'a look',
    outcomeUnknown(ERROR),
    'The deployment was started, but its status can no longer be read; how it ends is not known. Could not look. AccessDenied.',
    `${GOES_ON} Allow it.`,
  ],
])('the error of %s is in the first line, and what to do about it is the next step', (_, verdict, reason, next) => {
  expect(verdict).toMatchObject({ reason, next, evidence: ['Caused by: a policy'] })
})

test('the error of a rollback that did not start is in the first line, and its next step comes first', () => {
  expect(notRolledBack(timedOut, ERROR)).toEqual({
    ...timedOut,
    reason: 'It took too long. It was not rolled back: Could not look. AccessDenied.',
    evidence: ['exit code 1', 'Caused by: a policy'],
    next: 'Allow it.',
  })
})

describe('after `on-failure: stop`', () => {
  test.each<[StopResult, string, readonly string[]]>([
    [{ kind: 'stopped' }, 'The deployment was stopped and left as it is.', []],
    [
      { kind: 'unknown' },
      'It could not be stopped, as its service deployment could not be read: check the service.',
      [],
    ],
    [
      { kind: 'ended', status: 'ROLLBACK_SUCCESSFUL' },
      'ECS had already ended the deployment, so it was not stopped.',
      ['Service deployment ROLLBACK_SUCCESSFUL'],
    ],
    [
      { kind: 'refused', refusal: 'Could not stop it.\nAccessDenied' },
      'ECS refused to stop the deployment, which continues: check the service.',
      ['Could not stop it.', 'AccessDenied'],
    ],
  ])('%j keeps the status of the first verdict', (result, sentence, evidence) => {
    expect(stopped(timedOut, result)).toEqual({
      status: 'timed-out',
      reason: `It took too long. ${sentence}`,
      evidence: ['exit code 1', ...evidence],
    })
  })
})

test('without a rollback, the first verdict stays, with why', () => {
  expect(notRolledBack(timedOut, 'Another deployment has taken over.')).toEqual({
    ...timedOut,
    reason: 'It took too long. It was not rolled back: Another deployment has taken over.',
  })
  expect(nothingToRollBack(failed)).toEqual({
    ...failed,
    reason: 'Task 1 exited. This run started no deployment, so there is none to roll back.',
  })
})

describe('after a rollback by this run', () => {
  test('that succeeded, the verdict is rolled-back, also after a time-out', () => {
    expect(afterRollback(timedOut, healthy, arn(1))).toEqual({
      status: 'rolled-back',
      reason: 'It took too long. Rolled back to web:1, which is healthy.',
      evidence: ['exit code 1', 'After the rollback: 2 of 2 tasks'],
    })
  })

  test('that failed, the verdict is failed, with both reasons', () => {
    expect(afterRollback(timedOut, failed, arn(1))).toEqual({
      status: 'failed',
      reason: 'It took too long. The rollback to web:1 did not succeed either: Task 1 exited.',
      evidence: ['exit code 1', 'exit code 1'],
    })
  })

  test('that can no longer be read, nothing is claimed of its end', () => {
    const { status, reason, next } = afterRollback(failed, outcomeUnknown('AccessDenied'), arn(1))
    expect({ status, next }).toEqual({ status: 'failed', next: GOES_ON })
    expect(reason).toBe(
      'Task 1 exited. The rollback to web:1 was started, but its status can no longer be read; how it ends is not known. AccessDenied.',
    )
  })
})

describe('after a rollback by ECS', () => {
  test('the verdict is rolled-back only where the revision is healthy', () => {
    expect(afterEcsRollback(failed, healthy, arn(1))).toEqual({
      status: 'rolled-back',
      reason: 'Task 1 exited. web:1 is healthy.',
      evidence: ['exit code 1', 'After the rollback: 2 of 2 tasks'],
    })
    expect(afterEcsRollback(failed, { ...failed, reason: '0 of 2 tasks run.' }, arn(1))).toMatchObject({
      status: 'failed',
      reason: 'Task 1 exited. But the rollback to web:1 is not complete. 0 of 2 tasks run.',
    })
  })
})

test('a first deploy that failed stays failed after the service was scaled to zero', () => {
  expect(afterScaleToZero(timedOut, healthy)).toEqual({
    ...timedOut,
    reason: 'It took too long. Nothing ran before, so the service was scaled to zero.',
  })
  expect(afterScaleToZero(failed, { ...failed, reason: '1 task runs.' }).reason).toBe(
    'Task 1 exited. Nothing ran before, and scaling the service to zero did not succeed: 1 task runs.',
  )
})
