import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBaseline, writeBaseline } from '../../../../actions/datadog-event/src/monitors/baseline.ts'
import { readMonitor } from '../../../../actions/datadog-event/src/monitors/monitor.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { monitorOf } from '../../../support/datadog-event/monitors.ts'

const NOW = Date.UTC(2026, 0, 1)
const folder = mkdtempSync(join(tmpdir(), 'slipway-baseline-'))
afterAll(() => rmSync(folder, { recursive: true }))

const queries = [['service:web', 'env:production'], ['team:shop']]
const monitors = [monitorOf(1, { a: ['OK'], b: ['Alert', 5] })].flatMap((raw) => readMonitor(raw, NOW, 0) ?? [])
const write = (monitorsThen: typeof monitors | undefined, name = 'x') =>
  writeBaseline({ takenAt: NOW, monitors: monitorsThen }, queries, { RUNNER_TEMP: folder }, name)

function refusal(path: string, wanted = queries): InputError {
  try {
    readBaseline(path, wanted)
  } catch (error) {
    if (error instanceof InputError) return error
  }
  throw new Error('was accepted')
}

test('is read as it was written, into the temporary folder of the runner', () => {
  const path = write(monitors, 'one')
  expect(path).toBe(join(folder, 'datadog-baseline-one.json'))
  expect(readBaseline(path, queries)).toEqual({ takenAt: NOW, monitors })
})

test('may have no monitors, as when Datadog could not be read', () => {
  expect(readBaseline(write(undefined), queries)).toEqual({ takenAt: NOW, monitors: undefined })
})

test('refuses the baseline of other monitors, and names both', () => {
  const error = refusal(write(monitors), [['service:web', 'env:stage']])
  expect(error.message).toBe('Input `baseline` is of other monitors, tagged `service:web,env:production or team:shop`.')
  expect(error.hint).toContain('this one looks for `service:web,env:stage`')
})

test.each([
  ['is missing', undefined, 'cannot be read'],
  ['is cut off', '{"schema":1', 'cannot be read'],
  ['has another schema', '{"schema":2,"takenAt":0,"queries":[]}', 'is not a baseline'],
  [
    'has a state that is none',
    '{"schema":1,"takenAt":0,"queries":[],"monitors":[{"id":1,"name":"x","overall":"Bad"}]}',
    'is not a baseline',
  ],
])('refuses a file that %s', (_, text, why) => {
  const path = join(folder, 'refused.json')
  rmSync(path, { force: true })
  if (text !== undefined) writeFileSync(path, text)
  const error = refusal(path, [])
  expect(error.message).toBe(`Input \`baseline\` is \`${path}\`, which ${why}.`)
  expect(error.hint).toContain('`command: baseline`')
})
