import {
  healthyTasks,
  type Outcome,
  overall,
  runsNow,
  startedNothing,
} from '../../../../actions/deploy-ecs/src/report/outcome.ts'
import { deployment, healthy, service } from '../../../support/deploy-ecs/observations.ts'

type Status = Outcome['verdict']['status']
const outcome = (status: Status, more: object = {}) =>
  ({
    plan: { before: { taskDefinition: 'web:1' } },
    verdict: { status, reason: '', evidence: [] },
    ...more,
  }) as unknown as Outcome

test.each<[readonly Status[], Status]>([
  [[], 'succeeded'],
  [['succeeded', 'succeeded'], 'succeeded'],
  [['succeeded', 'superseded'], 'superseded'],
  [['rolled-back', 'superseded'], 'rolled-back'],
  [['timed-out', 'rolled-back'], 'timed-out'],
  [['cancelled', 'timed-out'], 'cancelled'],
  [['failed', 'cancelled', 'succeeded'], 'failed'],
])('services that are %j make a deploy %s', (statuses, expected) => {
  expect(overall(statuses.map((status) => outcome(status)))).toBe(expected)
  expect(overall(statuses.toReversed().map((status) => outcome(status)))).toBe(expected)
})

test.each([
  [
    'the revision that on-failure rolled back to',
    { rolledBackTo: 'web:0', latest: { service: service([deployment({ taskDefinition: 'web:2' })]) } },
    'web:0',
  ],
  [
    'that of the PRIMARY deployment',
    { latest: { service: service([deployment({ taskDefinition: 'web:2' })]) } },
    'web:2',
  ],
  ['the one before where no deployment was seen', { latest: {} }, 'web:1'],
  ['the one before where nothing was watched', undefined, 'web:1'],
])('a service runs %s', (_, watch, expected) => {
  expect(runsNow(outcome('failed', watch === undefined ? {} : { watch }))).toBe(expected)
})

describe('a green deploy that started nothing', () => {
  const there = { isNew: false, wasComplete: true }
  const count = (desiredCount: number) => ({ from: { desiredCount: 2 }, to: { desiredCount } })
  test.each<[string, Status, object, boolean]>([
    ['found its revision in place', 'succeeded', there, true],
    ['is not one that started a deployment', 'succeeded', { ...there, isNew: true }, false],
    ['is not one that followed a deployment in progress', 'succeeded', { ...there, wasComplete: false }, false],
    ['is not one that changed settings', 'succeeded', { ...there, settings: count(3) }, false],
    ['asked for the settings that are there', 'succeeded', { ...there, settings: count(2) }, true],
    ['is not red', 'failed', there, false],
  ])('%s', (_, status, rollout, expected) => {
    expect(startedNothing(outcome(status, { watch: { rollout } }))).toBe(expected)
  })

  test('was watched', () => expect(startedNothing(outcome('succeeded'))).toBe(false))
})

test.each<[string, Status, object | undefined, number]>([
  ['that were seen healthy', 'succeeded', healthy, 2],
  ['with a desired count of 0', 'succeeded', { ...healthy, tasks: [] }, 0],
  ['where they were not read', 'succeeded', { at: 0, service: healthy.service }, 0],
  ['that was not watched', 'succeeded', undefined, 0],
  ['of a deploy that was rolled back', 'rolled-back', healthy, 0],
])('counts the tasks %s', (_, status, latest, expected) => {
  expect(healthyTasks(outcome(status, latest === undefined ? {} : { watch: { latest } }))).toBe(expected)
})
