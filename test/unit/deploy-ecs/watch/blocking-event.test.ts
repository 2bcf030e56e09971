import type { Observation } from '../../../../actions/deploy-ecs/src/observe/model.ts'
import { blockingEvent } from '../../../../actions/deploy-ecs/src/watch/blocking-event.ts'
import { deployment, earlier, followed, MADE, service } from '../../../support/deploy-ecs/observations.ts'

const own = deployment({ runningCount: 0, pendingCount: 0 })
const seen = (messages: readonly (readonly [at: number, message: string])[], ours = own): Observation => ({
  at: 0,
  service: service([ours, earlier()], {
    events: messages.map(([at, message], id) => ({ id: `${id}`, at: MADE + at, message: `(service web) ${message}` })),
  }),
})
const PLACE = 'was unable to place a task. Reason: Capacity is unavailable at this time.'

test.each([
  ['was unable to place a task because no container instance met all of its requirements. Reason: x.'],
  ['was unable to place a task. Reason: Internal error.'],
  ['… is already using a port required by your task.'],
  ['was unable to stop or start tasks during a deployment because of the service deployment configuration.'],
  ["failed to launch a task with (error ECS was unable to assume role 'x')."],
  ['failed to register targets in (target-group x) with (error y).'],
  ['operations are being throttled. Will try again later.'],
])('takes %s, without the name of the service', (message) => {
  expect(blockingEvent(followed, seen([[1, message]]))).toBe(message)
})

test.each([
  ['has started 2 tasks: (task a) (task b).'],
  ['registered 2 targets in (target-group x)'],
  ['has reached a steady state.'],
])('takes no other event: %s', (message) => {
  expect(blockingEvent(followed, seen([[1, message]]))).toBeUndefined()
})

test('takes the newest, of this deployment only', () => {
  const messages = [
    [-1, 'was unable to place a task. Reason: before.'],
    [2, 'was unable to place a task. Reason: newer.'],
    [1, 'was unable to place a task. Reason: older.'],
  ] as const
  expect(blockingEvent(followed, seen(messages))).toBe('was unable to place a task. Reason: newer.')
  expect(blockingEvent(followed, seen([[-1, PLACE]]))).toBeUndefined()
})

test('is over once ECS has started tasks, or all of them are placed', () => {
  const started = 'has started 2 tasks: (task a) (task b).'
  expect(
    blockingEvent(
      followed,
      seen([
        [1, PLACE],
        [2, started],
      ]),
    ),
  ).toBeUndefined()
  expect(
    blockingEvent(
      followed,
      seen([
        [1, started],
        [2, PLACE],
      ]),
    ),
  ).toBe(PLACE)
  expect(blockingEvent(followed, seen([[1, PLACE]], deployment({ runningCount: 1, pendingCount: 1 })))).toBeUndefined()
  expect(blockingEvent(followed, seen([[1, PLACE]], deployment({ runningCount: 1, pendingCount: 0 })))).toBe(PLACE)
})

test('leaves out what such events have in common, and most of an id', () => {
  const id = '0123456789abcdef0123456789abcdef'
  const long = `The closest matching (container-instance ${id}) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`
  expect(blockingEvent(followed, seen([[1, `was unable to place a task. Reason: ${long}`]]))).toBe(
    'was unable to place a task. Reason: The closest matching (container-instance 01234567) has insufficient memory available.',
  )
})
