// Which monitors and groups count: no drafts, only the wanted priorities, and no group that took the place of one that was in
// Alert before.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gateRunner } from '../../../support/datadog-event/gate.ts'
import { type GroupStates, monitorOf, monitorPages } from '../../../support/datadog-event/monitors.ts'

const T0 = Date.UTC(2026, 0, 1) / 1000
const folder = mkdtempSync(join(tmpdir(), 'slipway-selection-'))
const { gate, close } = gateRunner(folder)
afterEach(close)
afterAll(() => rmSync(folder, { recursive: true }))

/** The verdict and what else is shown, for monitors before and after the deploy. */
async function judge(
  before: readonly object[],
  after: readonly object[],
  inputs: Readonly<Record<string, string>> = {},
) {
  const result = await gate(
    monitorPages(() => after),
    inputs,
    monitorPages(() => before),
  )
  return { ...result, verdict: result.outputs['verdict'] }
}

const ALERT: GroupStates = { '*': ['Alert', T0 + 20] }
const OK: GroupStates = { '*': ['OK'] }
const DRAFT = { draft_status: 'draft' }

describe('a draft monitor', () => {
  test('does not fail the gate, and the log and the summary say that it is a draft', async () => {
    const { failure, verdict, outputs, lines, summaries } = await judge(
      [monitorOf(1, OK), monitorOf(2, OK, DRAFT)],
      [monitorOf(1, OK), monitorOf(2, ALERT, DRAFT)],
    )
    expect({ failure, verdict, triggered: outputs['triggered-monitors'] }).toEqual({
      failure: undefined,
      verdict: 'pass',
      triggered: [],
    })
    expect(lines.join('\n')).toContain('1 draft is not judged: “Monitor 2”')
    expect(summaries.join()).toContain('| Monitor 2 | OK | Alert | draft |')
  })

  test('is judged once it is published', async () => {
    const { verdict } = await judge([monitorOf(1, OK, DRAFT)], [monitorOf(1, ALERT, { draft_status: 'published' })])
    expect(verdict).toBe('fail')
  })

  test('alone leaves a service without a monitor to judge', async () => {
    const { verdict, failure } = await judge([monitorOf(1, OK, DRAFT)], [monitorOf(1, OK, DRAFT)])
    expect(verdict).toBe('unknown')
    expect(failure?.message).toContain('Every monitor with the tags `service:web`, `env:production` is a draft.')
  })
})

describe('with monitor-priorities', () => {
  const P1_P2 = { 'monitor-priorities': 'P1, P2' }
  const of = (priority: number | null, groups: GroupStates = OK, id = 2) => monitorOf(id, groups, { priority })

  test.each([1, 2])('a monitor of priority %d fails the gate', async (priority) => {
    const { verdict, failure } = await judge([of(priority)], [of(priority, ALERT)], P1_P2)
    expect(verdict).toBe('fail')
    expect(failure?.message).toContain('“Monitor 2” is newly in Alert')
  })

  test.each([3, 5, null])('a monitor of priority %p is reported as a warning', async (priority) => {
    const { verdict, failure, warnings, summaries, outputs } = await judge(
      [of(1, OK, 1), of(priority)],
      [of(1, OK, 1), of(priority, ALERT)],
      P1_P2,
    )
    expect({ failure, verdict, triggered: outputs['triggered-monitors'] }).toEqual({
      failure: undefined,
      verdict: 'pass',
      triggered: [],
    })
    const named = priority === null ? 'without a priority' : `P${priority}`
    expect(warnings).toEqual([
      `Reported only, as \`monitor-priorities\` is P1, P2: “Monitor 2”, ${named}, is newly in Alert.`,
    ])
    expect(summaries.join()).toContain(`| Monitor 2 | \`*\` | OK | Alert | ${named}: shown only |`)
  })

  test('no monitor of a wanted priority leaves a service without a monitor to judge', async () => {
    const { verdict, failure } = await judge([of(3)], [of(3)], P1_P2)
    expect(verdict).toBe('unknown')
    expect(failure?.message).toContain('is of another priority than P1, P2.')
  })

  test('without it, monitors of all priorities fail the gate', async () => {
    expect((await judge([of(5)], [of(5, ALERT)])).verdict).toBe('fail')
    expect((await judge([of(5)], [of(5, ALERT)], { 'monitor-priorities': 'any' })).verdict).toBe('fail')
  })
})

describe('a monitor grouped by what a deploy replaces, in Alert before', () => {
  const task = (name: string) => `service:web,task_arn:arn:aws:ecs:eu-west-1:1:task/main/${name}`
  const tasks = (states: Readonly<Record<string, readonly ['OK' | 'Alert', number?]>>): GroupStates =>
    Object.fromEntries(Object.entries(states).map(([name, state]) => [task(name), state]))
  const old = { a: ['Alert', T0 - 500], b: ['OK'], c: ['OK'] } as const

  test('does not fail a deploy after which as many new tasks are in Alert, and says so', async () => {
    const { verdict, failure, outputs, summaries } = await judge(
      [monitorOf(1, tasks(old))],
      // The groups of tasks that are gone stay as they were for a day.
      [monitorOf(1, tasks({ ...old, d: ['Alert', T0 + 60], e: ['OK'], f: ['OK'] }))],
    )
    expect({ failure, verdict, triggered: outputs['triggered-monitors'] }).toEqual({
      failure: undefined,
      verdict: 'pass',
      triggered: [],
    })
    expect(outputs['reason']).toContain('is in Alert, as others were before the deploy')
    expect(summaries.join()).toContain('| Alert | Alert | as before the deploy: shown only |')
  })

  test('does not fail the deploy that fixes it', async () => {
    const fixed = tasks({ a: ['Alert', T0 - 500], d: ['OK'], e: ['OK'], f: ['OK'] })
    expect((await judge([monitorOf(1, tasks(old))], [monitorOf(1, fixed)])).verdict).toBe('pass')
  })

  test('fails the deploy after which more tasks are in Alert than before', async () => {
    const worse = tasks({ d: ['Alert', T0 + 60], e: ['Alert', T0 + 60], f: ['OK'] })
    const { verdict, failure } = await judge([monitorOf(1, tasks(old))], [monitorOf(1, worse)])
    expect(verdict).toBe('fail')
    expect(failure?.message).toContain(`“Monitor 1” (${task('d')}) is newly in Alert`)
  })

  test('fails a deploy whose tasks alert in turn, as those that crash and are replaced do', async () => {
    const { outputs, seconds } = await gate(
      monitorPages((look) => [monitorOf(1, tasks({ [`t${look}`]: ['Alert', T0 + 60 + look], ok: ['OK'] }))]),
      {},
      monitorPages(() => [monitorOf(1, tasks({ b: ['OK'] }))]),
    )
    expect({ verdict: outputs['verdict'], seconds }).toEqual({ verdict: 'fail', seconds: 30 })
  })
})
