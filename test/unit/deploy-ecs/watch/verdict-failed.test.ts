// Which failures of tasks and deployments decide a verdict, and which do not.
import type { Observation } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import {
  criteria,
  deployment,
  earlier,
  failedTask,
  followed,
  healthy,
  play,
  record,
  service,
  target,
  task,
  verdictOf,
  waitsFor,
} from '../../../support/deploy-ecs/observations.ts'

const look = (more: Partial<Observation>): Observation => ({ ...healthy, ...more })

describe('failed', () => {
  test('is a deployment that ECS marked as FAILED without a rollback', () => {
    const failed = deployment({
      rolloutState: 'FAILED',
      rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
    })
    expect(verdictOf(play([look({ service: service([failed, earlier()]) })]))).toMatchObject({
      status: 'failed',
      reason: 'ECS marked the deployment as FAILED. ECS deployment circuit breaker: tasks failed to start.',
    })
  })

  test('is a service deployment that was stopped, unless a newer one replaced it', () => {
    const seen = record('STOPPED', {
      statusReason: 'Service deployment stopped because the circuit breaker threshold was exceeded.',
    })
    expect(verdictOf(play([look({ serviceDeployment: seen })])).status).toBe('failed')
    expect(verdictOf(play([look({ serviceDeployment: record('ROLLBACK_FAILED') })])).status).toBe('failed')
  })

  test('is a rollback that ECS could not do, with why, once', () => {
    const statusReason = 'No rollback candidate was found to run the rollback.'
    const judged = (more: object) =>
      verdictOf(play([look({ serviceDeployment: record('ROLLBACK_FAILED', { statusReason, ...more }) })]))
    expect(judged({ rollbackReason: 'A user asked for it.' })).toMatchObject({
      reason: 'ECS could not roll the service back. A user asked for it.',
      evidence: [`Service deployment ROLLBACK_FAILED: ${statusReason}`],
    })
    expect(judged({})).toMatchObject({
      reason: `ECS could not roll the service back. ${statusReason}`,
      evidence: ['Service deployment ROLLBACK_FAILED'],
    })
  })

  test('is a service that was deleted, and one that two looks in a row did not find', () => {
    const { service: _, ...nothing } = healthy
    expect(verdictOf(play([look({ service: service([deployment()], { status: 'DRAINING' }) })])).reason).toContain(
      'DRAINING',
    )
    expect(waitsFor(play([nothing]))).toBe('ECS to show the service')
    expect(verdictOf(play([nothing, nothing])).reason).toBe('The service no longer exists.')
    expect(verdictOf(play([nothing, healthy])).status).toBe('succeeded')
  })

  test('is decided by a few tasks in a crash loop, long before the circuit breaker', () => {
    const crashes = (count: number) =>
      look({
        service: service([deployment({ runningCount: 0 }), earlier()]),
        tasks: Array.from({ length: count }, (_, id) => failedTask(`${id}`)),
        targets: [],
      })
    expect(waitsFor(play([crashes(2)]))).toContain('rollout IN_PROGRESS')
    expect(verdictOf(play([crashes(3)]))).toMatchObject({
      status: 'failed',
      reason: '3 tasks of web:2 failed: app exited with code 1.',
      // The reason says it all.
      evidence: [],
    })
  })

  test('is decided by two tasks where a retry cannot help', () => {
    const pull = (id: string) =>
      failedTask(id, {
        stopCode: 'TaskFailedToStart',
        stoppedReason:
          'CannotPullContainerError: pull image manifest has been retried 1 time(s): registry/web:2: not found',
        containers: [],
      })
    const seen = look({
      service: service([deployment({ runningCount: 0 })]),
      tasks: [pull('1'), pull('2')],
      targets: [],
    })
    expect(verdictOf(play([seen])).reason).toContain('CannotPullContainerError')
  })

  describe('by the size of the service', () => {
    const many = (count: number, make: (id: string) => ReturnType<typeof task>) =>
      Array.from({ length: count }, (_, id) => make(`${id + 1000}`))
    const of = (desiredCount: number, tasks: Observation['tasks'] = []) =>
      look({ service: service([deployment({ desiredCount, runningCount: 0 })], { desiredCount }), tasks, targets: [] })
    const crashed = (count: number) => Array.from({ length: count }, (_, id) => failedTask(`${id}`))

    test('the limit is that of the circuit breaker of ECS: half, from 3 to 200', () => {
      const starting = many(40, (id) => task(id, { lastStatus: 'PENDING' }))
      expect(waitsFor(play([of(100, [...crashed(3), ...starting])]))).toContain('rollout IN_PROGRESS')
      expect(waitsFor(play([of(100, crashed(49))]))).toContain('rollout IN_PROGRESS')
      expect(verdictOf(play([of(100, crashed(50))])).status).toBe('failed')
      expect(waitsFor(play([of(1, crashed(2))]))).toContain('rollout IN_PROGRESS')
      expect(verdictOf(play([of(1, crashed(3))])).status).toBe('failed')
      expect(verdictOf(play([of(7, crashed(4))])).status).toBe('failed')
      expect(verdictOf(play([of(1000, crashed(200))])).status).toBe('failed')
    })

    test.each([
      ['COUNT', 50, 10, 50],
      ['UNBOUNDED_PERCENT', 10, 10, 1],
      ['UNBOUNDED_PERCENT', 50, 1000, 500],
      ['BOUNDED_PERCENT', 10, 100, 10],
      ['BOUNDED_PERCENT', 1, 10, 3],
    ])('the limit is the %s %s of the service: of %s tasks %s may not fail', (type, value, desiredCount, limit) => {
      const failed = (count: number) => {
        const { service: seen, ...rest } = of(desiredCount, crashed(count))
        return seen === undefined ? rest : { ...rest, service: { ...seen, failureThreshold: { type, value } } }
      }
      expect(verdictOf(play([failed(limit)])).status).toBe('failed')
      if (limit > 1) expect(waitsFor(play([failed(limit - 1)]))).toContain('rollout IN_PROGRESS')
    })

    test('or as many as the input says', () => {
      expect(verdictOf(play([of(100, crashed(5))], { ...criteria, maxFailedTasks: 5 })).status).toBe('failed')
      expect(waitsFor(play([of(2, crashed(4))], { ...criteria, maxFailedTasks: 5 }))).toContain('rollout IN_PROGRESS')
    })

    const stopped = (stoppedReason: string, ...instances: (string | undefined)[]) =>
      instances.map((containerInstanceArn, id) => {
        const stop = { stopCode: 'TaskFailedToStart', stoppedReason, containers: [] }
        return failedTask(`${id}`, containerInstanceArn === undefined ? stop : { ...stop, containerInstanceArn })
      })
    const PLATFORM = 'CannotPullContainerError: no match for platform in manifest'
    const MISSING = 'CannotPullContainerError: failed to resolve ref registry/web:2: not found'
    const SECRET = 'ResourceInitializationError: unable to retrieve secret from asm: AccessDeniedException'

    test.each([
      ['of one instance', PLATFORM, ['ci-1', 'ci-1', 'ci-1']],
      ['of one instance alone', 'CannotStartContainerError: exec format error', ['ci-1', 'ci-1']],
    ])('what may be the fault %s does not decide', (_, reason, instances) => {
      expect(waitsFor(play([of(100, stopped(reason, ...instances))]))).toContain('rollout IN_PROGRESS')
    })

    test.each([
      ['on several instances', PLATFORM, ['ci-1', 'ci-2']],
      ['on Fargate', PLATFORM, [undefined, undefined]],
      ['as the image is not there', MISSING, ['ci-1', 'ci-1']],
      ['as a secret may not be read', SECRET, ['ci-1', 'ci-1']],
    ])('two tasks decide, whatever its size, that fail for good %s', (_, reason, instances) => {
      expect(verdictOf(play([of(100, stopped(reason, ...instances))])).status).toBe('failed')
    })
  })

  test('remembers failures, so that start-then-crash counts although failedTasks is 0 again', () => {
    const at = (id: string) =>
      look({
        service: service([deployment({ runningCount: 1 }), earlier()]),
        tasks: [failedTask(id), task('9')],
        targets: [],
      })
    expect(verdictOf(play([at('1'), at('2'), at('3')])).status).toBe('failed')
  })

  test('is not decided by a few failures among many stable tasks', () => {
    const many = Array.from({ length: 10 }, (_, id) => `${id + 10}`)
    const seen = look({
      service: service([deployment({ desiredCount: 20, runningCount: 10 })]),
      tasks: [...many.map((id) => task(id)), failedTask('1'), failedTask('2'), failedTask('3')],
      targets: many.map((id) => target(id)),
    })
    expect(waitsFor(play([seen], { ...criteria, maxFailedTasks: 3 }))).toContain('10/20 running')
  })

  test.each([
    ['SpotInterruption', 'Your Spot Task was interrupted.'],
    ['TerminationNotice', 'x'],
    ['UserInitiated', 'Task stopped by user'],
    ['InfrastructureHealth', 'x'],
    ['ServiceSchedulerInitiated', 'Scaling activity initiated by (deployment ecs-svc/ours)'],
  ])('does not count a task that stopped by %s', (stopCode, stoppedReason) => {
    const tasks = ['1', '2', '3', '4'].map((id) => failedTask(id, { stopCode, stoppedReason, containers: [] }))
    expect(
      waitsFor(play([look({ service: service([deployment({ runningCount: 0 })]), tasks, targets: [] })])),
    ).toContain('rollout')
  })
})

describe('a deployment that this run did not start, as nothing changed', () => {
  const before = { ...followed, isNew: false, previousTaskDefinition: followed.taskDefinition }
  const crashed = ['1', '2', '3', '4'].map((id) => failedTask(id))
  const half = look({
    service: service([deployment({ runningCount: 1, rolloutState: 'COMPLETED' })], { loadBalancers: [] }),
    tasks: [...crashed, task('9')],
    targets: [],
  })

  test('is not judged by its failures once it was complete', () => {
    expect(waitsFor(play([half], criteria, before))).toBe('1 of 2 tasks of web:2 to run')
  })

  test.each([
    ['it had not come to its end', { wasComplete: false }],
    ['it was complete with no task', { ranBefore: false }],
  ])('is judged by them where %s', (_, more) => {
    expect(verdictOf(play([half], criteria, { ...before, ...more })).status).toBe('failed')
  })

  test('has tasks that are stable since they started, not since the first look', () => {
    const many = ['11', '12', '13', '14', '15'].map((id) => task(id, { startedAt: 1_000 }))
    const seen = look({ ...half, at: 60_000, tasks: [...crashed, ...many] })
    const unfinished = { ...before, wasComplete: false }
    expect(
      'verdict' in play([seen], criteria, unfinished) && verdictOf(play([seen], criteria, unfinished)),
    ).toMatchObject({ status: 'succeeded' })
  })

  test('that is FAILED says how to start another one', () => {
    const failed = service([deployment({ rolloutState: 'FAILED', rolloutStateReason: 'tasks failed to start.' })])
    const how = 'To start another one, set `force-new-deployment: true`'
    expect(verdictOf(play([look({ service: failed })], criteria, before)).reason).toContain(how)
    expect(verdictOf(play([look({ service: failed })])).reason).not.toContain(how)
    const stopped = look({ serviceDeployment: record('STOPPED', { statusReason: 'The breaker.' }) })
    expect(verdictOf(play([stopped], criteria, before)).reason).toContain(how)
  })
})
