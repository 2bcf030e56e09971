import type { Baseline } from '../../../../actions/datadog-event/src/monitors/baseline.ts'
import { type RawMonitor, readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import type { Snapshot } from '../../../../actions/datadog-event/src/monitors/snapshot.ts'
import { type WorseGroup, worseGroupsOf } from '../../../../actions/datadog-event/src/monitors/worse-group.ts'
import { type GroupStates, monitorOf } from '../../../support/datadog-event/monitors.ts'

const BEFORE = Date.UTC(2026, 0, 1)
const AFTER = BEFORE + 600_000
const S = BEFORE / 1000
const policy = { onWarn: 'hold', onNoData: 'hold' } as const

const raw = (groups: GroupStates, more: Partial<RawMonitor> & { readonly id?: number } = {}): RawMonitor =>
  monitorOf(more.id ?? 1, groups, more)
const snapshot = (takenAt: number, ...monitors: readonly RawMonitor[]): Snapshot => ({
  takenAt,
  monitors: monitors.flatMap((monitor) => readMonitor(monitor, takenAt, S) ?? []),
  results: [],
})
const baseline = (...monitors: readonly RawMonitor[]): Baseline => snapshot(BEFORE, ...monitors)

const compare = (before: GroupStates, now: GroupStates, nowMore: Partial<RawMonitor> = {}) =>
  worseGroupsOf(baseline(raw(before)), snapshot(AFTER, raw(now, nowMore)), policy)
const short = (worseGroups: readonly WorseGroup[]) =>
  worseGroups.map(
    (f) => `${f.group} ${f.before} → ${f.state} ${f.ignoredAs === undefined ? '' : `${f.ignoredAs} `}${f.effect}`,
  )

describe('the groups that got worse since the baseline', () => {
  test.each<[string, GroupStates, GroupStates, readonly string[]]>([
    ['an alert', { a: ['OK'] }, { a: ['Alert', S + 60] }, ['a OK → Alert fail']],
    ['a warning', { a: ['OK'] }, { a: ['Warn', S + 60] }, ['a OK → Warn hold']],
    ['a warning that became an alert', { a: ['Warn', S - 60] }, { a: ['Alert', S + 60] }, ['a Warn → Alert fail']],
    ['an alert in a new group', {}, { a: ['Alert', S + 60] }, ['a OK → Alert fail']],
    [
      'an alert that went away and came back',
      { a: ['Alert', S - 60] },
      { a: ['Alert', S + 60] },
      ['a Alert → Alert fail'],
    ],
    [
      'an alert where there was no data',
      { a: ['No Data', S - 60] },
      { a: ['Alert', S + 60] },
      ['a No Data → Alert fail'],
    ],
    ['one group of many', { a: ['OK'], b: ['OK'] }, { a: ['OK'], b: ['Alert', S + 60] }, ['b OK → Alert fail']],
    [
      'no data at all',
      { a: ['OK'], b: ['OK'] },
      { a: ['No Data', S + 60], b: ['No Data', S + 60] },
      ['* OK → No Data hold'],
    ],
  ])('%s is one', (_, before, now, expected) => expect(short(compare(before, now))).toEqual(expected))

  test.each<[string, GroupStates, GroupStates]>([
    ['an alert that was there before', { a: ['Alert', S - 60] }, { a: ['Alert', S - 60] }],
    ['an alert that became a warning', { a: ['Alert', S - 60] }, { a: ['Warn', S + 60] }],
    ['an alert that is over', { a: ['Alert', S - 60] }, { a: ['OK', S - 60] }],
    ['an alert of a group that is gone', { a: ['Alert', S - 60], b: ['OK'] }, { b: ['OK'] }],
    ['an alert that came and went', { a: ['OK'] }, { a: ['OK', S + 60] }],
    ['an old task that fell silent', { old: ['OK'] }, { old: ['No Data', S + 60], new: ['OK'] }],
    ['silence that was there before', { a: ['No Data', S - 60] }, { a: ['No Data', S - 60] }],
    ['a group that is ignored or skipped', { a: ['OK'] }, { a: ['Ignored'], b: ['Skipped'], c: ['OK'] }],
  ])('%s is none', (_, before, now) => expect(short(compare(before, now))).toEqual([]))

  test('the state of the whole monitor does not count where it has groups', () => {
    expect(
      compare({ a: ['Alert', S - 60], b: ['OK'] }, { a: ['Alert', S - 60], b: ['OK'] }, { overall_state: 'Alert' }),
    ).toEqual([])
  })

  test('a monitor without groups is judged by its own state', () => {
    const plain = (overall_state: string, minutes: number): RawMonitor => ({
      id: 1,
      name: 'x',
      overall_state,
      overall_state_modified: new Date(BEFORE + minutes * 60_000).toISOString(),
    })
    const found = (before: RawMonitor, now: RawMonitor) =>
      short(worseGroupsOf(baseline(before), snapshot(AFTER, now), policy))
    expect(found(plain('OK', -5), plain('Alert', 1))).toEqual(['* OK → Alert fail'])
    expect(found(plain('Alert', -5), plain('Alert', -5))).toEqual([])
  })

  test('without a baseline, groups that triggered since the deploy began', () => {
    const since = { takenAt: BEFORE, monitors: undefined }
    const found = (groups: GroupStates) => short(worseGroupsOf(since, snapshot(AFTER, raw(groups)), policy))
    expect(found({ a: ['Alert', S + 1], b: ['Alert', S - 1], c: ['Warn', S], d: ['OK'] })).toEqual([
      'a undefined → Alert fail',
      'c undefined → Warn hold',
    ])
    expect(found({ a: ['No Data', S - 1] })).toEqual([])
    expect(found({ a: ['No Data', S + 1] })).toEqual(['* undefined → No Data hold'])
    // Where Datadog does not say when, it counts against the deploy.
    expect(found({ a: ['Alert', 0] })).toEqual(['a undefined → Alert fail'])
  })

  test('of a monitor that the baseline does not have, groups that triggered since', () => {
    const other = raw({ a: ['Alert', S - 60], b: ['Alert', S + 60] }, { id: 2 })
    expect(short(worseGroupsOf(baseline(raw({})), snapshot(AFTER, raw({}), other), policy))).toEqual([
      'b undefined → Alert fail',
    ])
  })

  test.each(['hold', 'fail', 'ignore'] as const)('Warn and No Data have the effect %s of the inputs', (effect) => {
    const found = worseGroupsOf(
      baseline(raw({ a: ['OK'] }), raw({ a: ['OK'] }, { id: 2 })),
      snapshot(AFTER, raw({ a: ['Warn', S + 1] }), raw({ a: ['No Data', S + 1] }, { id: 2 })),
      { onWarn: effect, onNoData: effect },
    )
    expect(found.map((f) => f.effect)).toEqual([effect, effect])
  })
})

test('a muted group has no effect, and is shown', () => {
  const muted = { options: { silenced: { 'host:a': null } } }
  const before: GroupStates = { 'host:a': ['OK'], 'host:b': ['OK'] }
  const now: GroupStates = { 'host:a': ['Alert', S + 60], 'host:b': ['Alert', S + 60] }
  expect(short(compare(before, now, muted))).toEqual(['host:a OK → Alert muted ignore', 'host:b OK → Alert fail'])
})

test('No Data of a monitor has no effect where all its groups are muted', () => {
  const silent: GroupStates = { a: ['No Data', S + 60] }
  expect(short(compare({ a: ['OK'] }, silent, { options: { silenced: { '*': null } } }))).toEqual([
    '* OK → No Data muted ignore',
  ])
})
