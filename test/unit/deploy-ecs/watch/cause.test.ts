import { judgeStop } from '../../../../actions/deploy-ecs/src/observe/stopped-task.ts'
import { causeOf, describeStop, ecsDid, whyEnded } from '../../../../actions/deploy-ecs/src/watch/cause.ts'
import { NOTHING_YET, remember } from '../../../../actions/deploy-ecs/src/watch/memory.ts'
import {
  deployment,
  earlier,
  failedTask,
  followed,
  GROUP,
  MADE,
  service,
  target,
} from '../../../support/deploy-ecs/observations.ts'

const NO_ROOM = 'was unable to place a task. Reason: Capacity is unavailable at this time.'
const own = deployment({ runningCount: 0 })
const seen = (more: object = {}, messages: readonly string[] = []) => ({
  at: 0,
  service: service([own, earlier()], {
    events: messages.map((message, id) => ({ id: `${id}`, at: MADE + id, message: `(service web) ${message}` })),
  }),
  ...more,
})
const cause = (latest: ReturnType<typeof seen>, before = NOTHING_YET) =>
  causeOf(followed, latest, remember(before, followed, latest))
const unhealthy = target('1', { state: 'unhealthy', description: 'Health checks failed with these codes: [404]' })
const crashes = [failedTask('1'), failedTask('2'), failedTask('3', { containers: [container('app', 2)] })]
function container(name: string, exitCode?: number, reason?: string) {
  return { name, hostPorts: [], ...(exitCode === undefined ? {} : { exitCode }), ...(reason ? { reason } : {}) }
}

test('is what ECS cannot do, else why most tasks failed, else the health check that fails', () => {
  const all = { tasks: crashes, targets: [unhealthy] }
  expect(cause(seen(all, [NO_ROOM]))).toEqual({ event: NO_ROOM, text: `ECS ${NO_ROOM}` })
  expect(cause(seen(all))).toMatchObject({ text: '2 × app exited with code 1', stop: { exitCode: 1 } })
  expect(cause(seen({ targets: [unhealthy] }))).toMatchObject({
    text: 'the health check of target group web got 404',
    check: { codes: '404' },
  })
  expect(cause(seen())).toBeUndefined()
})

test('remembers what ECS could not do when a rollback starts tasks', () => {
  const before = remember(NOTHING_YET, followed, seen({}, [NO_ROOM]))
  const rollback = deployment({ id: 'ecs-svc/back', taskDefinition: earlier().taskDefinition, createdAt: MADE + 9 })
  const after = { ...seen({}, [NO_ROOM, 'has started 1 tasks: (task a).']), service: service([rollback]) }
  expect(cause(after, before)?.event).toBe(NO_ROOM)
})

test('tasks that were stopped for a health check have what that got as their reason', () => {
  const stoppedReason = `Task failed ELB health checks in (target-group ${GROUP})`
  const tasks = ['1', '2'].map((id) => failedTask(id, { stopCode: 'ServiceSchedulerInitiated', stoppedReason }))
  expect(cause(seen({ tasks, targets: [unhealthy] }))).toMatchObject({
    text: '2 × the health check of target group web got 404',
    check: { codes: '404' },
  })
  expect(cause(seen({ tasks }))?.text).toBe('2 × Task failed ELB health checks in target group web')
})

test.each([
  [[container('app', 1)], 'app exited with code 1'],
  [
    [container('app', 137, 'OutOfMemoryError: Container killed due to memory usage')],
    'OutOfMemoryError: Container killed due to memory usage (app exited with code 137)',
  ],
  [
    [
      container('app', undefined, 'DependencyError: container migrate exited with [3], condition SUCCESS was not met'),
      container('migrate', 3),
    ],
    'DependencyError: container migrate exited with [3], condition SUCCESS was not met',
  ],
])('a task with containers %j stopped for %s', (containers, text) => {
  const stop = judgeStop(failedTask('1', { containers }))
  expect(stop && describeStop(stop)).toBe(text)
})

describe('what ECS did', () => {
  const BREAKER = 'Service deployment rolled back because the circuit breaker threshold was exceeded.'
  const why = (said: string, alarms: readonly string[] = [], latest = seen({ tasks: crashes })) =>
    ecsDid(
      'rolled the service back',
      whyEnded(followed, latest, remember(NOTHING_YET, followed, latest), { said, alarms }),
    )

  test('by its circuit breaker has the cause of the tasks, and names the breaker once', () => {
    expect(why(BREAKER)).toMatchObject({
      reason: "ECS's circuit breaker rolled the service back: 2 × app exited with code 1.",
      cause: { stop: { exitCode: 1 } },
    })
  })

  test('by its circuit breaker has its words where no task shows why', () => {
    expect(why(BREAKER, [], seen())).toEqual({ reason: `ECS rolled the service back. ${BREAKER}` })
  })

  test('for alarms names them', () => {
    expect(why('x', ['a']).reason).toBe('ECS rolled the service back: alarm a went off.')
    expect(why('x', ['a', 'b']).reason).toBe('ECS rolled the service back: alarms a, b went off.')
  })

  test('for anything else has its words, as one sentence', () => {
    expect(why('because of a user request').reason).toBe('ECS rolled the service back. Because of a user request.')
    expect(why('Because of a user request.').reason).toBe('ECS rolled the service back. Because of a user request.')
    expect(why('').reason).toBe('ECS rolled the service back.')
  })
})
