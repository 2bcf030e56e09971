import { readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import { type GroupStates, monitorOf } from '../../../support/datadog-event/monitors.ts'

const NOW = Date.UTC(2026, 0, 1)
const S = NOW / 1000
const read = (groups: GroupStates, more: object = {}) => readMonitor(monitorOf(1, groups, more), NOW, S - 60)

test('counts groups by state, and keeps those that are not OK or have triggered since', () => {
  const monitor = read({
    a: ['OK'],
    b: ['OK', S - 30],
    c: ['OK', S - 60],
    d: ['Alert', S - 90],
    e: ['Warn'],
    f: ['Ignored'],
  })
  expect(monitor).toEqual({
    id: 1,
    name: 'Monitor 1',
    overall: 'OK',
    counts: { OK: 3, Alert: 1, Warn: 1, Ignored: 1 },
    muted: 0,
    judged: 5,
    notable: [
      { name: 'b', state: 'OK', since: S - 30, muted: false },
      { name: 'd', state: 'Alert', since: S - 90, muted: false },
      { name: 'e', state: 'Warn', since: 0, muted: false },
      { name: 'f', state: 'Ignored', since: 0, muted: false },
    ],
  })
})

test('a group with No Data counts from when its data ended, any other from when it triggered', () => {
  const group = (status: string) => ({ status, last_triggered_ts: 5, last_nodata_ts: 9 })
  const state = { groups: { a: group('No Data'), b: group('Alert'), c: { status: 'Alert', last_triggered_ts: null } } }
  expect(readMonitor({ id: 1, state }, NOW, 0)?.notable.map(({ since }) => since)).toEqual([9, 5, 0])
})

test('counts muted groups', () => {
  const muted = (end: number | null) =>
    read({ 'host:a': ['OK'], 'host:b': ['Alert', S] }, { options: { silenced: { 'host:a': end } } })?.muted
  expect(muted(null)).toBe(1)
  expect(muted(S - 1)).toBe(0)
})

test('counts the groups that can be judged, each once', () => {
  const silenced = { options: { silenced: { 'host:a': null } } }
  expect(read({ 'host:a': ['Ignored'], 'host:b': ['OK'] }, silenced)?.judged).toBe(1)
  expect(read({ 'host:a': ['OK'], 'host:b': ['Skipped'] }, silenced)?.judged).toBe(0)
})

test('groups that are none count as Unknown', () => {
  expect(readMonitor({ id: 1, state: { groups: { a: null, b: 'x' as never } } }, NOW, 0)?.counts).toEqual({
    Unknown: 2,
  })
})

describe('a monitor without groups', () => {
  const plain = (overall_state: string, overall_state_modified: string | null) =>
    readMonitor({ id: 1, name: 'x', overall_state, overall_state_modified, state: null }, NOW, S - 60)

  test('is one group `*` with the state of the monitor, since that changed', () => {
    expect(plain('Alert', '2026-01-01T00:00:05.900Z')).toMatchObject({
      counts: { Alert: 1 },
      notable: [{ name: '*', state: 'Alert', since: S + 5 }],
    })
    expect(plain('Alert', null)?.notable).toMatchObject([{ since: 0 }])
  })

  test('is not notable while it is OK, whenever it recovered', () => {
    expect(plain('OK', '2026-01-01T00:00:05Z')).toMatchObject({ counts: { OK: 1 }, notable: [] })
  })
})

test('a state that Datadog has added since is Unknown', () => {
  expect(read({ a: ['Flapping'] }, { overall_state: undefined })).toMatchObject({
    overall: 'Unknown',
    counts: { Unknown: 1 },
  })
})

test('is named after its id where it has no name', () => {
  expect(readMonitor({ id: 7 }, NOW, 0)?.name).toBe('monitor 7')
})

test.each([[null], ['x'], [{}], [{ id: '1' }]])('%j is no monitor', (raw) => {
  expect(readMonitor(raw as never, NOW, 0)).toBeUndefined()
})
