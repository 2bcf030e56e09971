import { changesFor, scaleInNote } from '../../../../actions/deploy-ecs/src/task-definition/desired-count.ts'

const scaledOut = { desiredCount: 20 }

test.each([
  ['lowers the count by default', scaledOut, { desiredCount: 4 }, { desiredCount: 4 }],
  ['keeps tasks that autoscaling added', scaledOut, { desiredCount: 4, scaleIn: false }, { scaleIn: false }],
  ['raises the count', { desiredCount: 2 }, { desiredCount: 4, scaleIn: false }, { desiredCount: 4, scaleIn: false }],
  ['starts a new service', {}, { desiredCount: 4, scaleIn: false }, { desiredCount: 4, scaleIn: false }],
  ['leaves the count alone without the input', scaledOut, { scaleIn: false }, { scaleIn: false }],
])('%s', (_, service, changes, expected) => {
  expect(changesFor(service, changes)).toEqual(expected)
})

test.each([
  [{ desiredCount: 4 }, 'warning', '`desired-count` lowers service `prod/web` from 20 to 4 tasks. If autoscaling'],
  [{ desiredCount: 4, scaleIn: false }, 'info', 'Service `prod/web` keeps its 20 tasks: `scale-in` is false.'],
])('%j of a service with 20 tasks is a line at level %s', (changes, level, text) => {
  expect(scaleInNote('prod/web', scaledOut, changes)).toEqual({ level, text: expect.stringContaining(text) })
})

test.each([{}, { desiredCount: 0 }, { desiredCount: 20 }, { desiredCount: 21 }])('%j needs no line', (changes) => {
  expect(scaleInNote('prod/web', scaledOut, changes)).toBeUndefined()
})
