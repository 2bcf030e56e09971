import { unreadableAnswer } from '../../../../actions/datadog-event/src/api/datadog-error.ts'
import {
  adviceFor,
  gapsOf,
  lostOf,
  noMatch,
  whyNotJudged,
} from '../../../../actions/datadog-event/src/monitors/coverage.ts'
import { type Monitor, readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import { type GroupStates, monitorOf } from '../../../support/datadog-event/monitors.ts'

const NOW = Date.UTC(2026, 0, 1)
const WEB = ['service:web', 'env:production']
const API = ['service:api', 'env:production']
const policy = { onWarn: 'hold', onNoData: 'hold' } as const
const MUTED = { options: { silenced: { '*': null } } }
const monitor = (id: number, groups: GroupStates = { a: ['OK'] }, more: object = {}) =>
  readMonitor(monitorOf(id, groups, more), NOW, 0) as Monitor
const reasons =
  (...results: Parameters<typeof gapsOf>[0]['results']) =>
  (monitors: readonly Monitor[]) =>
    gapsOf({ takenAt: NOW, monitors, results }, policy).map(({ reason }) => reason)

test('noMatch names all tags of a query', () => {
  expect(noMatch(WEB)).toBe('No monitor has the tags `service:web`, `env:production`.')
})

test('a query is a gap when it matches no monitor, whatever others match', () => {
  expect(reasons({ query: WEB, monitors: [1] }, { query: API, monitors: [] })([monitor(1)])).toEqual([noMatch(API)])
})

test('a query is a gap when none of its monitors can be judged, and the reason says why', () => {
  const results = reasons({ query: WEB, monitors: [1, 2] })
  const ignored = monitor(2, { a: ['Ignored'], b: ['Skipped'] })
  expect(results([monitor(1, {}, { ...MUTED, overall_state: 'OK' }), ignored])).toEqual([
    'Every monitor with the tags `service:web`, `env:production` is ignored or skipped or muted.',
  ])
  expect(results([monitor(1), ignored])).toEqual([])
})

test('a query that was not read is no gap', () => {
  expect(reasons({ query: WEB, monitors: [], error: unreadableAnswer('read', 'it is odd') })([])).toEqual([])
})

test('a monitor is judged while one of its groups can be', () => {
  const silenced = { options: { silenced: { 'host:a': null } } }
  expect(whyNotJudged(monitor(1, { 'host:a': ['OK'], 'host:b': ['OK'] }, silenced), policy)).toBeUndefined()
  expect(whyNotJudged(monitor(1, { 'host:a': ['OK'] }, silenced), policy)).toBe('muted')
})

test('names the monitors that were judged before and are not now', () => {
  const judged = new Map([1, 2, 3].map((id) => [id, `Monitor ${id}`] as const))
  expect(
    lostOf(judged, { takenAt: NOW, results: [], monitors: [monitor(1), monitor(2, undefined, MUTED)] }, policy),
  ).toEqual([
    { id: 2, name: 'Monitor 2', why: 'muted now' },
    { id: 3, name: 'Monitor 3', why: 'gone' },
  ])
})

test.each([
  [noMatch(['service:muted']), /^Tag the monitors of the service.*monitor-tags`. `on-no/],
  ['Every monitor with the tags `service:web` is a draft or muted.', /^Publish a draft in Datadog. End the downtime/],
  ['Every monitor with the tags `service:web` is of another priority than P1.', /^Add priorities to `monitor-prior/],
])('advises what helps where %s', (reason, advice) => {
  expect(adviceFor([{ query: ['service:muted'], reason }])).toMatch(advice)
})
