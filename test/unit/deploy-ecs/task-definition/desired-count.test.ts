import { changesFor, countNote, withScaling } from '../../../../actions/deploy-ecs/src/task-definition/desired-count.ts'

const scaledOut = { desiredCount: 20 }
const auto = (desiredCount: number) => ({ desiredCount, scaling: { min: 2, max: 30 } })

test.each([
  ['lowers the count by default', scaledOut, { desiredCount: 4 }, { desiredCount: 4 }],
  ['keeps tasks that were added', scaledOut, { desiredCount: 4, scaleIn: false }, { scaleIn: false }],
  ['raises the count', { desiredCount: 2 }, { desiredCount: 4, scaleIn: false }, { desiredCount: 4, scaleIn: false }],
  ['starts a new service', {}, { desiredCount: 4, scaleIn: false }, { desiredCount: 4, scaleIn: false }],
  ['leaves the count alone without the input', scaledOut, { scaleIn: false }, { scaleIn: false }],
])('%s', (_, service, changes, expected) => {
  expect(changesFor(service, changes)).toEqual(expected)
})

describe('with autoscaling from 2 to 30 tasks', () => {
  test.each<[string, number, number, number | undefined]>([
    ['keeps tasks that autoscaling added', 20, 4, undefined],
    ['raises the count', 4, 20, 20],
    ['keeps to the minimum', 0, 1, 2],
    ['keeps to the maximum', 4, 40, 30],
    ['leaves more than the maximum to autoscaling', 35, 40, undefined],
    ['leaves a service that is at the maximum alone', 30, 40, undefined],
    ['sends a count that is there already', 4, 4, 4],
    ['scales to 0 where that is asked for', 20, 0, 0],
  ])('%s', (_, now, asked, count) => {
    expect(changesFor({ desiredCount: now }, auto(asked)).desiredCount).toBe(count)
  })

  test('raises a service below the minimum to it, though fewer were asked for', () => {
    const changes = { desiredCount: 1, scaling: { min: 3, max: 5 } }
    expect(changesFor({ desiredCount: 2 }, changes).desiredCount).toBe(3)
  })

  test('lowers the count with `scale-in: true`', () => {
    expect(changesFor(scaledOut, { ...auto(4), scaleIn: true }).desiredCount).toBe(4)
  })

  test.each([
    [20, 4, 'info', 'keeps its 20 tasks: Application Auto Scaling sets their number, 2 to 30 tasks. To lower it to 4,'],
    [30, 40, 'info', 'keeps its 30 tasks: Application Auto Scaling sets their number, 2 to 30 tasks.'],
    [0, 1, 'notice', 'gets 2 tasks, not 1 (`desired-count`): Application Auto Scaling keeps 2 to 30 tasks.'],
  ])('%i tasks and `desired-count: %i` are a line at level %s', (now, asked, level, text) => {
    const note = countNote('prod/web', { desiredCount: now }, auto(asked))
    expect(note).toEqual({ level, text: expect.stringContaining(`Service \`prod/web\` ${text}`) })
  })

  test.each([4, 6, 0])('`desired-count: %i` of a service with 4 tasks needs no line', (asked) => {
    expect(countNote('prod/web', { desiredCount: 4 }, auto(asked))).toBeUndefined()
  })
})

const LOWERS = '`desired-count` lowers service `prod/web` from 20 to 4 tasks.'
test.each([
  [{ desiredCount: 4 }, undefined, 'warning', `${LOWERS} Application Auto Scaling does not set its count.`],
  [{ desiredCount: 4 }, 'denied', 'warning', `${LOWERS} Whether autoscaling has added them is not known (denied).`],
  [{ desiredCount: 4, scaleIn: false }, undefined, 'info', 'Service `prod/web` keeps its 20 tasks: `scale-in` is fal'],
])('%j of a service with 20 tasks is a line (%s) at level %s', (changes, unknown, level, text) => {
  expect(countNote('prod/web', scaledOut, changes, unknown)).toEqual({ level, text: expect.stringContaining(text) })
})

test.each([{}, { desiredCount: 0 }, { desiredCount: 20 }, { desiredCount: 21 }, { desiredCount: 4, scaleIn: true }])(
  '%j needs no line',
  (changes) => {
    expect(countNote('prod/web', scaledOut, changes, 'denied')).toBeUndefined()
  },
)

test('bounds are added to the changes of a service that has them', () => {
  const changes = { desiredCount: 4 }
  expect(withScaling(changes, undefined)).toBe(changes)
  expect(withScaling(changes, { min: 2, max: 30 })).toEqual(auto(4))
})
