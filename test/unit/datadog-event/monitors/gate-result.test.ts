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
  expect(story([[], 'error'])).toBe('unknown at 90: Datadog could not be read at the end: no answer')
  expect(story(['error'])).toMatch(/^unknown at 90/)
})

test('passes in spite of groups that are ignored', () => {
  expect(story([[found('Warn', 'ignore'), found('Alert', 'ignore', 'b')]])).toMatch(/^pass at 60/)
})

test('keeps only the groups of the last look in memory', () => {
  let progress = START
  for (let i = 0; i < 1000; i++) progress = afterLook(progress, [found('Alert', 'fail', `g${i}`)])
  expect([...progress.streaks]).toEqual([['1 g999', 1]])
  expect(progress.worseGroups).toHaveLength(1)
})

test('names three groups, and counts the others', () => {
  const many = Array.from({ length: 100 }, (_, i) => found('Alert', 'fail', `g${i}`))
  expect(story([many])).toMatch(/\(g2\) is newly in Alert; and 97 more, in 2 polls in a row\.$/)
})

test('holding names what keeps the gate from passing', () => {
  expect(holding(afterLook(START, [warn, found('Warn', 'ignore', 'b')]))).toBe('“Errors” (a) is newly in Warn')
  expect(holding(afterLook(START, [{ ...alert, group: '*' }]))).toBe('“Errors” is newly in Alert')
  expect(holding(START)).toBe('')
})
