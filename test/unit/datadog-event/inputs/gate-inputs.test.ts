import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBaselineInputs, readGateInputs } from '../../../../actions/datadog-event/src/inputs/gate-inputs.ts'
import { writeBaseline } from '../../../../actions/datadog-event/src/monitors/baseline.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { API_KEY, APP_KEY, inputsEnv, RECORD } from '../../../support/datadog-event/datadog.ts'

const keys = { api: API_KEY, app: APP_KEY }
const folder = mkdtempSync(join(tmpdir(), 'slipway-gate-inputs-'))
afterAll(() => rmSync(folder, { recursive: true }))
const written = { takenAt: 5, monitors: [] }
const baseline = writeBaseline(written, [['service:web', 'env:production']], { RUNNER_TEMP: folder }, 'x')
const record = JSON.stringify(RECORD)

const reader = (inputs: Record<string, string>) => new InputReader(inputsEnv(inputs))
const read = (inputs: Record<string, string>) =>
  readGateInputs(reader({ service: 'web', env: 'production', baseline, ...inputs }), keys)

function refusal(inputs: Record<string, string>): InputError {
  try {
    read(inputs)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was accepted')
}

test('bakes five minutes, looks every 30 s, and holds on Warn and No Data by default', () => {
  expect(read({})).toEqual({
    command: 'gate',
    queries: [['service:web', 'env:production']],
    onNoMonitors: 'fail',
    plan: { bakeMs: 300_000, prolongMs: 300_000, consecutive: 2 },
    intervalMs: 30_000,
    policy: { onWarn: 'hold', onNoData: 'hold' },
    baseline: written,
  })
})

test('takes each input', () => {
  const inputs = {
    ...{ 'bake-time': '2m', prolong: '0', interval: '5s', consecutive: '3' },
    ...{ 'on-warn': 'fail', 'on-no-data': 'ignore', 'on-no-monitors': 'warn' },
  }
  expect(read(inputs)).toMatchObject({
    plan: { bakeMs: 120_000, prolongMs: 0, consecutive: 3 },
    intervalMs: 5_000,
    policy: { onWarn: 'fail', onNoData: 'ignore' },
    onNoMonitors: 'warn',
  })
})

test.each([
  ['1h', 30_000],
  ['20s', 2_000],
  ['3s', 1_000],
])('with a bake time of %s, looks every %d ms', (bakeTime, intervalMs) => {
  expect(read({ 'bake-time': bakeTime }).intervalMs).toBe(intervalMs)
})

describe('the monitors to watch', () => {
  // Without a baseline: that of another query would be refused.
  const queries = (inputs: Record<string, string>) => readBaselineInputs(reader(inputs), keys).queries
  const two = JSON.stringify({
    ...RECORD,
    services: [...RECORD.services, { ...RECORD.services[0], service: 'worker' }],
  })

  test('are those of each service in the environment', () => {
    expect(queries({ service: 'web, worker', env: 'stage' })).toEqual([
      ['service:web', 'env:stage'],
      ['service:worker', 'env:stage'],
    ])
  })

  test('come from the record, where no input names them', () => {
    expect(queries({ 'deploy-record': two })).toEqual([
      ['service:web', 'env:production'],
      ['service:worker', 'env:production'],
    ])
    expect(queries({ 'deploy-record': two, service: 'shop' })).toEqual([['service:shop', 'env:production']])
  })

  test('are those with all of `monitor-tags`, whatever else is given', () => {
    expect(queries({ 'monitor-tags': 'team:shop, tier:1', service: 'web' })).toEqual([['team:shop', 'tier:1']])
  })
})

test('without a baseline, the deploy began when the record says so', () => {
  expect(read({ baseline: '', 'deploy-record': record }).baseline).toEqual({
    takenAt: Date.parse(RECORD.startedAt),
    monitors: undefined,
  })
})

test('needs the application key, for a baseline too', () => {
  const without = { api: API_KEY, app: undefined }
  expect(() => readBaselineInputs(reader({ service: 'web', env: 'production' }), without)).toThrow(
    'Input `app-key` is missing, and reading monitors needs it.',
  )
})

test.each<[Record<string, string>, string, string]>([
  [{ service: '' }, 'service', 'monitor-tags'],
  [{ env: '' }, 'env', 'env: production'],
  [{ baseline: '' }, 'baseline', 'command: baseline'],
  [{ baseline: '/missing/baseline.json' }, 'baseline', 'same job'],
  [{ service: 'other' }, 'baseline', 'same `service`'],
  [{ 'bake-time': '10' }, 'bake-time', '10m'],
  [{ prolong: 'long' }, 'prolong', '10m'],
  [{ interval: '0s' }, 'interval', '90s'],
  [{ consecutive: '0' }, 'consecutive', 'number'],
  [{ consecutive: '21' }, 'consecutive', 'number'],
  [{ 'bake-time': '1m', prolong: '0s', consecutive: '5', interval: '30s' }, 'bake-time', 'Raise'],
  [{ 'on-warn': 'pass' }, 'on-warn', 'Use one of these'],
  [{ 'on-no-data': 'no' }, 'on-no-data', 'Use one of these'],
  [{ 'on-no-monitors': 'pass' }, 'on-no-monitors', 'Use one of these'],
])('refuses %j, with the name of the input and the fix', (inputs, name, fix) => {
  const error = refusal(inputs)
  expect(error.input).toBe(name)
  expect(error.hint).toContain(fix)
})
