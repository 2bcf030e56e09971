import {
  afterFailedLook,
  afterLook,
  type GatePlan,
  gateResult,
  holding,
  START,
} from '../../../../actions/datadog-event/src/monitors/gate-result.ts'
import type { WorseGroup } from '../../../../actions/datadog-event/src/monitors/worse-group.ts'

const plan: GatePlan = { bakeMs: 60_000, prolongMs: 30_000, consecutive: 2 }
const found = (state: WorseGroup['state'], effect: WorseGroup['effect'], group = 'a'): WorseGroup => ({
  monitor: { id: 1, name: 'Errors' },
  group,
  state,
  before: 'OK',
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
    progress =
      look === 'error' ? afterFailedLook(progress, new Error('no answer')) : afterLook(progress, { worseGroups: look })
    const result = gateResult(progress, i * 10_000, of)
    if (result !== undefined) return `${result.verdict} at ${i * 10}: ${result.reason}`
  }
}

test('passes at the end of the bake time where no monitor got worse', () => {
  expect(story([[]])).toBe('pass at 60: No monitor got worse in 1 min.')
})

test('fails on an alert as soon as a second look confirms it', () => {
  expect(story([[], [alert]])).toBe('fail at 20: “Errors” (a) is newly in Alert, in 2 polls in a row.')
})

test('ignores an alert of a single look', () => {
  expect(story([[], [alert], []])).toMatch(/^pass at 60/)
  expect(story([[alert]], { ...plan, consecutive: 1 })).toMatch(/^fail at 0: .* in one poll\.$/)
})

test('does not take alerts of two groups in turn for one that is confirmed', () => {
  const other = found('Alert', 'fail', 'b')
  expect(story([[alert], [other], [alert], [other], []])).toMatch(/^pass/)
})

test('a warning holds the gate until it is over', () => {
  expect(story([[], [], [], [], [], [warn], [warn], [warn], [], []])).toMatch(/^pass at 90/)
  // Over early enough: no need to prolong.
  expect(story([[], [warn], [warn], []])).toMatch(/^pass at 60/)
})

test('a warning that lasts fails the gate', () => {
  expect(story([[], [warn]])).toBe('fail at 90: “Errors” (a) is newly in Warn, and did not recover within 1 min 30 s.')
})

test('a warning that is over in the last look only has not settled', () => {
  const looks: Look[] = Array.from({ length: 9 }, () => [warn])
  expect(story([...looks, []])).toBe('fail at 90: The monitors had not settled, and did not recover within 1 min 30 s.')
})

test('a look that fails neither confirms an alert nor ends one', () => {
  expect(story([[], 'error', [], 'error', []])).toMatch(/^pass at 60/)
  expect(story([[alert], 'error', [alert]])).toMatch(/^fail at 20/)
  // The bake time ends with a look, or it is prolonged until there is one.
  expect(story([[], [], [], [], [], [], 'error', []])).toMatch(/^pass at (70|80)/)
})

test('the verdict is unknown when Datadog does not recover', () => {
  expect(story([[], 'error'])).toBe('unknown at 90: Datadog could not be read at the end: No answer.')
  expect(story(['error'])).toMatch(/^unknown at 90/)
})

test('passes in spite of groups that are ignored', () => {
  expect(story([[found('Warn', 'ignore'), found('Alert', 'ignore', 'b')]])).toMatch(/^pass at 60/)
})

test('keeps only the groups of the last look in memory', () => {
  let progress = START
  for (let i = 0; i < 1000; i++) progress = afterLook(progress, { worseGroups: [found('Alert', 'fail', `g${i}`)] })
  expect([...progress.streaks]).toEqual([['1 g999', 1]])
  expect(progress.worseGroups).toHaveLength(1)
})

test('names three groups, and counts the others', () => {
  const many = Array.from({ length: 100 }, (_, i) => found('Alert', 'fail', `g${i}`))
  expect(story([many])).toMatch(/\(g2\) is newly in Alert; and 97 more, in 2 polls in a row\.$/)
})

const gap = { query: ['service:api'], reason: 'No monitor has the tags `service:api`.' }
const clear = { worseGroups: [] }

test('a gap makes the verdict unknown at the end of the bake time, and hides no alert', () => {
  const gapped = { ...clear, gaps: [gap] }
  const twice = afterLook(afterLook(START, gapped), gapped)
  expect(gateResult(twice, 59_000, plan)).toBeUndefined()
  expect(gateResult(twice, 60_000, plan)).toEqual({
    verdict: 'unknown',
    reason: 'No monitor has the tags `service:api`. No other monitor got worse in 1 min.',
    unknownBecause: 'no-monitors',
  })
  const bad = { worseGroups: [alert], gaps: [gap] }
  expect(gateResult(afterLook(afterLook(START, bad), bad), 10_000, plan)?.verdict).toBe('fail')
})

test('a gap that closes starts the count of clear polls again', () => {
  const closed = afterLook(afterLook(afterLook(START, { ...clear, gaps: [gap] }), { ...clear, gaps: [gap] }), clear)
  expect(gateResult(closed, 60_000, plan)).toBeUndefined()
  expect(gateResult(afterLook(closed, clear), 60_000, plan)?.verdict).toBe('pass')
  // With no time left, that is no fault of the deploy.
  expect(gateResult(closed, 90_000, plan)).toMatchObject({ verdict: 'unknown', unknownBecause: 'read-error' })
})

test('ends when consecutive polls find no monitor at all', () => {
  const none = { ...clear, gaps: [gap], empty: true }
  expect(gateResult(afterLook(START, none), 0, plan)).toBeUndefined()
  expect(gateResult(afterLook(afterLook(START, none), none), 10_000, plan)).toMatchObject({ verdict: 'unknown' })
  const between = afterLook(afterLook(afterLook(START, none), clear), none)
  expect(gateResult(between, 10_000, plan)).toBeUndefined()
})

describe('where some monitors could not be read', () => {
  const other = { ...alert, monitor: { id: 2, name: 'Latency' } }
  const unread = { error: new Error('no answer'), read: new Set([2]) }

  test('the others stay as they were, and do not count twice', () => {
    const progress = afterLook(afterLook(START, { worseGroups: [alert] }), { worseGroups: [], unread })
    expect(gateResult(progress, 10_000, plan)).toBeUndefined()
    expect(holding(progress)).toContain('Errors')
    expect(gateResult(afterLook(progress, { worseGroups: [alert] }), 20_000, plan)?.verdict).toBe('fail')
  })

  test('an alert among those that were read fails the gate', () => {
    const progress = afterLook(afterLook(START, { worseGroups: [other] }), { worseGroups: [other], unread })
    expect(gateResult(progress, 10_000, plan)?.reason).toContain('“Latency”')
  })

  test('it is no clear poll', () => {
    const progress = afterLook(afterLook(START, clear), { ...clear, unread })
    expect(progress.clear).toBe(1)
    expect(gateResult(progress, 60_000, plan)).toBeUndefined()
    expect(gateResult(progress, 90_000, plan)).toMatchObject({ verdict: 'unknown', unknownBecause: 'read-error' })
  })
})

test('what was bad in the last poll that was answered is told, when Datadog cannot be read at the end', () => {
  expect(
    gateResult(afterFailedLook(afterLook(START, { worseGroups: [warn] }), new Error('down')), 90_000, plan),
  ).toEqual({
    verdict: 'unknown',
    reason:
      '“Errors” (a) is newly in Warn in the last poll that Datadog answered. Datadog could not be read at the end: Down.',
    unknownBecause: 'held',
  })
})

test('holding names what keeps the gate from passing', () => {
  expect(holding(afterLook(START, { worseGroups: [warn, found('Warn', 'ignore', 'b')] }))).toBe(
    '“Errors” (a) is newly in Warn',
  )
  expect(holding(afterLook(START, { worseGroups: [{ ...alert, group: '*' }] }))).toBe('“Errors” is newly in Alert')
  expect(holding(START)).toBe('')
})
