import { readInputs } from '../../../../actions/datadog-event/src/inputs/inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { API_KEY, APP_KEY, RECORD, RUN_ENV, recordingWorld } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const record = JSON.stringify(RECORD)
const minimal = { 'api-key': API_KEY, 'deploy-record': record }

function read(inputs: Record<string, string>, env = {}) {
  const { world, masked } = recordingWorld({})
  return {
    inputs: readInputs({ ...RUN_ENV, ...env, ...actionInputs('datadog-event', inputs) }, world.log, NOW),
    masked,
  }
}

function refusal(inputs: Record<string, string>): InputError {
  try {
    read(inputs)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was accepted')
}

test('a key and a deploy record are enough', () => {
  const { inputs } = read(minimal)
  expect(inputs).toMatchObject({
    command: 'event',
    keys: { api: API_KEY },
    site: { name: 'datadoghq.com' },
    onError: 'warn',
    timeoutMs: 60_000,
    dryRun: false,
    send: ['event'],
    deploy: { id: RECORD.deployId, status: 'succeeded', services: [{ name: 'web' }] },
  })
})

test('both keys are masked, as they are given and trimmed', () => {
  const { masked, inputs } = read({ ...minimal, 'api-key': ` ${API_KEY}\n`, 'app-key': APP_KEY })
  expect(masked).toEqual(expect.arrayContaining([API_KEY, ` ${API_KEY}\n`, APP_KEY]))
  expect(inputs.keys).toEqual({ api: API_KEY, app: APP_KEY })
})

test('keys come from the environment too, as for Datadog’s own tools', () => {
  const { inputs, masked } = read({ title: 'x' }, { DD_API_KEY: API_KEY, DD_APP_KEY: APP_KEY })
  expect(inputs.keys).toEqual({ api: API_KEY, app: APP_KEY })
  expect(masked).toEqual([API_KEY, API_KEY, APP_KEY, APP_KEY])
})

test.each([
  [{}, 'api-key', 'secrets.DD_API_KEY'],
  [{ ...minimal, 'api-key': `"${API_KEY} x"` }, 'api-key', 'bare key'],
  [{ ...minimal, 'app-key': 'ключ' }, 'app-key', 'bare key'],
  [{ ...minimal, site: 'europe' }, 'site', 'datadoghq.eu'],
  [{ ...minimal, 'on-error': 'ignore' }, 'on-error', '`warn`'],
  [{ ...minimal, timeout: '60' }, 'timeout', '90s'],
  [{ ...minimal, 'dry-run': 'yes' }, 'dry-run', 'true'],
  [{ ...minimal, command: 'watch' }, 'command', 'Use one of these'],
])('refuses input %#, with the name of the input and the fix', (inputs, name, fix) => {
  const error = refusal(inputs as Record<string, string>)
  expect(error.input).toBe(name)
  expect(error.hint).toContain(fix)
  expect(`${error.message} ${error.hint}`).not.toContain(API_KEY)
})

test('reads the inputs of the command that is asked for', () => {
  expect(read({ ...minimal, 'app-key': APP_KEY, command: 'baseline' }).inputs).toMatchObject({ command: 'baseline' })
  expect(read({ ...minimal, 'app-key': APP_KEY, command: 'gate' }).inputs).toMatchObject({ command: 'gate' })
})

test('on-error, timeout and dry-run are for every command', () => {
  const common = { 'on-error': 'fail', timeout: '90s', 'dry-run': 'true' }
  const expected = { onError: 'fail', timeoutMs: 90_000, dryRun: true }
  expect(read({ ...minimal, ...common }).inputs).toMatchObject(expected)
  expect(read({ ...minimal, 'app-key': APP_KEY, command: 'gate', ...common }).inputs).toMatchObject(expected)
})
