import { gateSummary, monitorUrl } from '../../../../actions/datadog-event/src/gate/gate-summary.ts'
import type { Watched } from '../../../../actions/datadog-event/src/gate/watch.ts'
import { afterLook, START } from '../../../../actions/datadog-event/src/monitors/gate-result.ts'
import { type Monitor, readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import type { Effect, WorseGroup } from '../../../../actions/datadog-event/src/monitors/worse-group.ts'
import { type GroupStates, monitorOf } from '../../../support/datadog-event/monitors.ts'

const NOW = Date.UTC(2026, 0, 1)
const site = { name: 'datadoghq.eu', api: '', intake: '', app: 'https://app.datadoghq.eu' }
const monitor = (id: number, groups: GroupStates, more: object = {}) =>
  readMonitor(monitorOf(id, groups, more), NOW, 0) as Monitor
const worse = (id: number, group: string, effect: Effect, more: Partial<WorseGroup> = {}): WorseGroup => ({
  ...{ monitor: { id, name: `Monitor ${id}` }, group, state: 'Alert', before: 'OK', effect },
  ...more,
})

function summary(
  before: readonly Monitor[] | undefined,
  now: readonly Monitor[] | undefined,
  ...worseGroups: readonly WorseGroup[]
) {
  const watched: Watched = {
    result: { verdict: 'fail', reason: 'It *failed*.' },
    progress: afterLook(START, { worseGroups }),
    last: now && { takenAt: NOW, monitors: now, results: [] },
    looks: 3,
    lost: [],
  }
  const policy = { onWarn: 'hold', onNoData: 'hold' } as const
  return gateSummary(watched, { baseline: { takenAt: NOW, monitors: before }, policy, site })
}
const row = (id: number, ...cells: readonly string[]) =>
  `| [Monitor ${id}](https://app.datadoghq.eu/monitors/${id}) | ${cells.join(' | ')} |`

test('has verdict and reason first, then what got worse, then every monitor', () => {
  const before = [monitor(1, { a: ['OK'] }), monitor(2, { a: ['OK'], b: ['OK'], c: ['Warn'] })]
  const now = [monitor(1, { a: ['OK'] }), monitor(2, { a: ['OK'], b: ['Alert'], c: ['Warn'] })]
  expect(summary(before, now, worse(2, 'b', 'fail'))).toBe(
    [
      '### ❌ Monitor gate: fail\n\nIt \\*failed\\*.\n',
      '| Monitor | Group | Before | Now | Effect |\n| --- | --- | --- | --- | --- |',
      `${row(2, '`b`', 'OK', 'Alert', 'fails the gate')}\n`,
      '<details><summary>2 monitors, before and after (3 polls)</summary>\n',
      '| Monitor | Before | After | Not judged |\n| --- | --- | --- | --- |',
      row(2, 'OK 2, Warn 1', 'OK 1, Alert 1, Warn 1', ''),
      `${row(1, 'OK', 'OK', '')}\n`,
      '</details>',
    ].join('\n'),
  )
})

test('sorts groups that got worse by their effect, and says what muted ones do', () => {
  const shown = summary(
    undefined,
    [],
    worse(1, 'shown', 'ignore'),
    worse(1, 'muted', 'ignore', { ignoredAs: 'muted', before: undefined }),
    worse(1, 'holds', 'hold', { state: 'Warn' }),
    worse(1, 'fails', 'fail'),
  )
  expect(shown.split('\n').filter((line) => line.includes('monitors/1'))).toEqual([
    row(1, '`fails`', 'OK', 'Alert', 'fails the gate'),
    row(1, '`holds`', 'OK', 'Warn', 'holds the gate'),
    row(1, '`shown`', 'OK', 'Alert', 'shown only'),
    row(1, '`muted`', 'not known', 'Alert', 'muted: shown only'),
  ])
})

test('lists 50 groups that got worse, and counts the others', () => {
  const groups = Array.from({ length: 60 }, (_, i) => worse(1, `g${i}`, 'fail'))
  const shown = summary(undefined, undefined, ...groups)
  expect(shown.match(/`g\d+`/g)).toHaveLength(50)
  expect(shown).toMatch(/\n\nAnd 10 more\.$/)
  expect(summary(undefined, undefined, ...groups.slice(0, 50))).not.toContain('more.')
})

test('shows monitors that are new, gone, or muted', () => {
  const muted = (silenced: object) => monitor(3, { 'host:a': ['OK'], 'host:b': ['OK'] }, { options: { silenced } })
  const shown = summary([monitor(1, { a: ['OK'] })], [monitor(2, { a: ['OK'] }), muted({ 'host:a': null })])
  expect(shown).toContain(row(2, 'not known', 'OK', ''))
  expect(shown).toContain(row(3, 'not known', 'OK 2', '1 of 2 muted'))
  expect(shown).toContain(row(1, 'OK', 'gone', ''))
  expect(summary([], [muted({ '*': null })])).toContain(row(3, 'not known', 'OK 2', 'muted'))
})

test('has no table of monitors where none could be read', () => {
  expect(summary([monitor(1, { a: ['OK'] })], undefined)).toBe('### ❌ Monitor gate: fail\n\nIt \\*failed\\*.')
})

test('links no monitor where the web application is not known', () => {
  expect(monitorUrl(7, site)).toBe('https://app.datadoghq.eu/monitors/7')
  expect(monitorUrl(7, { ...site, app: '' })).toBe('')
})

test('has the warnings below the reason', () => {
  const policy = { onWarn: 'hold', onNoData: 'hold' } as const
  const baseline = { takenAt: NOW, monitors: undefined }
  const watched: Watched = {
    result: { verdict: 'fail', reason: 'It failed.' },
    progress: START,
    last: undefined,
    looks: 1,
    lost: [],
  }
  expect(gateSummary(watched, { baseline, policy, site }, ['Not judged: *all*.'])).toBe(
    '### ❌ Monitor gate: fail\n\nIt failed.\n\nNot judged: \\*all\\*.',
  )
})
