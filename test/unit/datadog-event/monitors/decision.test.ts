import {
  afterFailedLook,
  afterLook,
  decide,
  type GatePlan,
  START,
} from '../../../../actions/datadog-event/src/monitors/decision.ts'
import { type RawMonitor, readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import type { Snapshot } from '../../../../actions/datadog-event/src/monitors/snapshot.ts'
import {
  saysSomething,
  type WorseGroup,
  worseGroupsOf,
} from '../../../../actions/datadog-event/src/monitors/worse-group.ts'

const BEFORE = Date.UTC(2026, 0, 1)
const AFTER = BEFORE + 600_000
const S = BEFORE / 1000
const policy = { onWarn: 'hold', onNoData: 'hold' } as const

type Groups = Record<string, readonly [status: string, triggered?: number]>
const raw = (groups: Groups, more: Partial<RawMonitor> = {}): RawMonitor => ({
  id: 1,
  name: 'Errors',
  overall_state: 'OK',
  state: {
    groups: Object.fromEntries(
      Object.entries(groups).map(([name, [status, ts = 0]]) => [
        name,
        { status, last_triggered_ts: ts, last_nodata_ts: ts },
      ]),
    ),
  },
  ...more,
})
const snapshot = (takenAt: number, ...monitors: readonly RawMonitor[]): Snapshot => ({
  takenAt,
  monitors: monitors.flatMap((monitor) => readMonitor(monitor, takenAt, S) ?? []),
  unmatched: [],
})
const baseline = (...monitors: readonly RawMonitor[]) => snapshot(BEFORE, ...monitors)

const compare = (before: Groups, now: Groups, nowMore: Partial<RawMonitor> = {}) =>
  worseGroupsOf(baseline(raw(before)), snapshot(AFTER, raw(now, nowMore)), policy)
const short = (worseGroups: readonly WorseGroup[]) =>
  worseGroups.map((f) => `${f.group} ${f.before} → ${f.state} ${f.muted ? 'muted ' : ''}${f.effect}`)

describe('what is new since the baseline', () => {
  test.each<[string, Groups, Groups, readonly string[]]>([
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
  ])('%s is', (_, before, now, expected) => expect(short(compare(before, now))).toEqual(expected))

  test.each<[string, Groups, Groups]>([
    ['an alert that was there before', { a: ['Alert', S - 60] }, { a: ['Alert', S - 60] }],
    ['an alert that became a warning', { a: ['Alert', S - 60] }, { a: ['Warn', S + 60] }],
    ['an alert that is over', { a: ['Alert', S - 60] }, { a: ['OK', S - 60] }],
    ['an alert of a group that is gone', { a: ['Alert', S - 60], b: ['OK'] }, { b: ['OK'] }],
    ['an alert that came and went', { a: ['OK'] }, { a: ['OK', S + 60] }],
    ['an old task that fell silent', { old: ['OK'] }, { old: ['No Data', S + 60], new: ['OK'] }],
    ['silence that was there before', { a: ['No Data', S - 60] }, { a: ['No Data', S - 60] }],
    ['a group that is ignored or skipped', { a: ['OK'] }, { a: ['Ignored'], b: ['Skipped'], c: ['OK'] }],
  ])('%s is not', (_, before, now) => expect(short(compare(before, now))).toEqual([]))

  test('the state of the whole monitor does not matter where its groups say better', () => {
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

  test('without a baseline of the monitors, Datadog’s own times tell', () => {
    const since = { takenAt: BEFORE, monitors: undefined }
    const found = (groups: Groups) => short(worseGroupsOf(since, snapshot(AFTER, raw(groups)), policy))
    expect(found({ a: ['Alert', S + 1], b: ['Alert', S - 1], c: ['Warn', S], d: ['OK'] })).toEqual([
      'a undefined → Alert fail',
      'c undefined → Warn hold',
    ])
    expect(found({ a: ['No Data', S - 1] })).toEqual([])
    expect(found({ a: ['No Data', S + 1] })).toEqual(['* undefined → No Data hold'])
    // Where Datadog does not say when, the doubt is not the deploy's.
    expect(found({ a: ['Alert', 0] })).toEqual(['a undefined → Alert fail'])
  })

  test('a monitor made since the baseline is judged by time', () => {
    const other = raw({ a: ['Alert', S - 60], b: ['Alert', S + 60] }, { id: 2 })
    expect(short(worseGroupsOf(baseline(raw({})), snapshot(AFTER, raw({}), other), policy))).toEqual([
      'b undefined → Alert fail',
    ])
  })

  test.each(['hold', 'fail', 'ignore'] as const)('a policy of %s is kept to', (effect) => {
    const found = worseGroupsOf(
      baseline(raw({ a: ['OK'] }), raw({ a: ['OK'] }, { id: 2 })),
      snapshot(AFTER, raw({ a: ['Warn', S + 1] }), raw({ a: ['No Data', S + 1] }, { id: 2 })),
      { onWarn: effect, onNoData: effect },
    )
    expect(found.map((f) => f.effect)).toEqual([effect, effect])
  })
})

describe('muted groups are shown, and have no effect', () => {
  const now = AFTER / 1000
  test.each<[string, Partial<RawMonitor>]>([
    ['the whole monitor', { options: { silenced: { '*': null } } }],
    ['this group', { options: { silenced: { 'host:a': now + 60 } } }],
    ['a downtime for all', { matching_downtimes: [{ scope: ['*'], start: now - 60, end: null }] }],
    ['a downtime for this host', { matching_downtimes: [{ scope: ['host:a'], start: now - 60, end: now + 60 }] }],
    ['a downtime with a wildcard', { matching_downtimes: [{ scope: ['host:a*'] }] }],
    ['a downtime for what the monitor is about', { matching_downtimes: [{ scope: ['env:production'] }] }],
    ['a downtime that lists its groups', { matching_downtimes: [{ scope: ['x:y'], groups: ['host:a,az:1'] }] }],
    ['both tags of the group', { matching_downtimes: [{ scope: ['host:a', 'az:1'] }] }],
  ])('by %s', (_, more) => {
    const group = 'host:a,az:1'
    expect(short(compare({ [group]: ['OK'] }, { [group]: ['Alert', S + 60] }, more))).toEqual([
      `${group} OK → Alert muted ignore`,
    ])
  })

  test.each<[string, Partial<RawMonitor>]>([
    ['a mute that is over', { options: { silenced: { '*': now - 60 } } }],
    ['another group', { options: { silenced: { 'host:b': null } } }],
    ['a downtime that is over', { matching_downtimes: [{ scope: ['*'], end: now - 60 }] }],
    ['a downtime yet to come', { matching_downtimes: [{ scope: ['*'], start: now + 60 }] }],
    ['a downtime that is not active', { matching_downtimes: [{ scope: ['*'], active: false }] }],
    ['a downtime for another host', { matching_downtimes: [{ scope: ['host:b'] }] }],
    ['a downtime of which one tag is another', { matching_downtimes: [{ scope: ['host:a', 'az:2'] }] }],
    ['a downtime that lists other groups', { matching_downtimes: [{ scope: ['*'], groups: ['host:b,az:1'] }] }],
    ['a scope that we cannot read', { matching_downtimes: [{ scope: ['host:a AND (az:1 OR az:2)'] }] }],
  ])('not by %s', (_, more) => {
    const group = 'host:a,az:1'
    expect(short(compare({ [group]: ['OK'] }, { [group]: ['Alert', S + 60] }, more))).toEqual([
      `${group} OK → Alert fail`,
    ])
  })

  test('says that nothing can be judged where all is muted', () => {
    const muted = { options: { silenced: { '*': null } } }
    expect(saysSomething(snapshot(AFTER, raw({ a: ['OK'] })))).toBe(true)
    expect(saysSomething(snapshot(AFTER, raw({ a: ['OK'] }, muted)))).toBe(false)
    expect(saysSomething(snapshot(AFTER, raw({ a: ['Ignored'], b: ['Skipped'] })))).toBe(false)
  })
})

describe('the decision', () => {
  const plan: GatePlan = { bakeMs: 60_000, prolongMs: 30_000, consecutive: 2 }
  const found = (state: WorseGroup['state'], effect: WorseGroup['effect'], group = 'a'): WorseGroup => ({
    monitor: { id: 1, name: 'Errors' },
    group,
    state,
    before: 'OK',
    muted: false,
    effect,
  })
  const alert = found('Alert', 'fail')
  const warn = found('Warn', 'hold')
  type Look = readonly WorseGroup[] | 'error'

  /** Looks at 0 s, 10 s, 20 s …; gives the verdict and when it fell. */
  function story(looks: readonly Look[], of: GatePlan = plan) {
    let progress = START
    for (let i = 0; ; i++) {
      const look = looks[Math.min(i, looks.length - 1)] ?? []
      progress = look === 'error' ? afterFailedLook(progress, new Error('no answer')) : afterLook(progress, look)
      const decision = decide(progress, i * 10_000, of)
      if (decision !== undefined) return `${decision.verdict} at ${i * 10}: ${decision.reason}`
    }
  }

  test('quiet through the bake time passes, and not before', () => {
    expect(story([[]])).toBe('pass at 60: No monitor got worse in 1 min.')
  })

  test('an alert fails as soon as it is confirmed', () => {
    expect(story([[], [alert]])).toBe('fail at 20: “Errors” (a) is newly in Alert, in 2 looks in a row.')
  })

  test('ignores an alert of a single look', () => {
    expect(story([[], [alert], []])).toMatch(/^pass at 60/)
    expect(story([[alert]], { ...plan, consecutive: 1 })).toMatch(/^fail at 0: .* in one look\.$/)
  })

  test('alerts of two groups in turn are not one alert twice', () => {
    const other = found('Alert', 'fail', 'b')
    expect(story([[alert], [other], [alert], [other], []])).toMatch(/^pass/)
  })

  test('a warning holds the gate, and lets it pass once it is over', () => {
    expect(story([[], [], [], [], [], [warn], [warn], [warn], [], []])).toMatch(/^pass at 90/)
    // Over early enough: no need to prolong.
    expect(story([[], [warn], [warn], []])).toMatch(/^pass at 60/)
  })

  test('a warning that lasts fails the gate', () => {
    expect(story([[], [warn]])).toBe(
      'fail at 90: “Errors” (a) is newly in Warn, and did not recover within 1 min 30 s.',
    )
  })

  test('a warning that is over in the very last look has not settled', () => {
    const looks: Look[] = Array.from({ length: 9 }, () => [warn])
    expect(story([...looks, []])).toBe(
      'fail at 90: The monitors had not settled, and did not recover within 1 min 30 s.',
    )
  })

  test('a look that fails changes nothing', () => {
    expect(story([[], 'error', [], 'error', []])).toMatch(/^pass at 60/)
    expect(story([[alert], 'error', [alert]])).toMatch(/^fail at 20/)
    // The bake time ends with a look, or it is prolonged until there is one.
    expect(story([[], [], [], [], [], [], 'error', []])).toMatch(/^pass at (70|80)/)
  })

  test('the verdict is unknown when Datadog does not recover', () => {
    expect(story([[], 'error'])).toBe('unknown at 90: Datadog could not be read at the end: no answer')
    expect(story(['error'])).toMatch(/^unknown at 90/)
  })

  test('what is ignored is ignored', () => {
    expect(story([[found('Warn', 'ignore'), found('Alert', 'ignore', 'b')]])).toMatch(/^pass at 60/)
  })

  test('keeps only the groups of the last look in memory', () => {
    let progress = START
    for (let i = 0; i < 1000; i++) progress = afterLook(progress, [found('Alert', 'fail', `g${i}`)])
    expect([...progress.streaks]).toEqual([['1 g999', 1]])
    expect(progress.worseGroups).toHaveLength(1)
  })

  test('no more than three are named, and all are counted', () => {
    const many = Array.from({ length: 100 }, (_, i) => found('Alert', 'fail', `g${i}`))
    expect(story([many])).toMatch(/\(g2\) is newly in Alert; and 97 more, in 2 looks in a row\.$/)
  })
})
