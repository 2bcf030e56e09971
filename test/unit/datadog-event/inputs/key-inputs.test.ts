import { readKeys } from '../../../../actions/datadog-event/src/inputs/key-inputs.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { API_KEY, APP_KEY, inputsEnv, recordingWorld } from '../../../support/datadog-event/datadog.ts'

function read(inputs: Record<string, string>, env = {}) {
  const { world, masked, warnings } = recordingWorld({})
  const run = () => readKeys(new InputReader(inputsEnv(inputs)), env, world.log)
  return { run, masked, warnings }
}

test('prefers an input to the environment', () => {
  const { run } = read({ 'api-key': API_KEY }, { DD_API_KEY: 'other', DD_APP_KEY: APP_KEY })
  expect(run()).toEqual({ api: API_KEY, app: APP_KEY })
})

test('reads the names of datadog-ci from the environment first, masks all, and warns of two keys', () => {
  const env = { DATADOG_API_KEY: API_KEY, DD_API_KEY: 'other-key', DATADOG_APP_KEY: APP_KEY, DD_APP_KEY: APP_KEY }
  const { run, masked, warnings } = read({}, env)
  expect(run()).toEqual({ api: API_KEY, app: APP_KEY })
  expect(masked).toEqual(expect.arrayContaining([API_KEY, APP_KEY, 'other-key']))
  expect(warnings).toEqual([
    '`DATADOG_API_KEY` and `DD_API_KEY` of the environment are different keys: the first is used.',
  ])
})

test('does not warn of two keys that an input replaces', () => {
  const { run, warnings } = read({ 'api-key': API_KEY }, { DATADOG_API_KEY: 'one', DD_API_KEY: 'two' })
  expect(run().api).toBe(API_KEY)
  expect(warnings).toEqual([])
})

test('an empty application key is none', () => {
  expect(read({ 'api-key': API_KEY, 'app-key': ' \n' }).run()).toEqual({ api: API_KEY, app: undefined })
})

test('masks a key that it refuses, and does not repeat it', () => {
  const { run, masked } = read({ 'api-key': API_KEY, 'app-key': `two ${APP_KEY}` })
  expect(run).toThrow('Input `app-key` is not a Datadog key: it contains white space or non-ASCII characters.')
  expect(masked).toContain(`two ${APP_KEY}`)
})

test('refuses a missing API key, and masks no empty text', () => {
  const { run, masked } = read({ 'api-key': ' ' })
  expect(run).toThrow('Input `api-key` is missing.')
  expect(masked).toEqual([])
})
