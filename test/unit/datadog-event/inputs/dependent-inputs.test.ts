import { readInputs } from '../../../../actions/datadog-event/src/inputs/inputs.ts'
import { actionInputs } from '../../../support/action-inputs.ts'
import { API_KEY, APP_KEY, RECORD, recordingWorld } from '../../../support/datadog-event/datadog.ts'

const COMMON = {
  'api-key': API_KEY,
  'app-key': APP_KEY,
  env: 'production',
  'deploy-record': JSON.stringify(RECORD),
}

function warningsOf(inputs: Readonly<Record<string, string>>) {
  const { world, warnings } = recordingWorld(actionInputs('datadog-event', { ...COMMON, ...inputs }))
  readInputs(world.env, world.log, Date.parse(RECORD.finishedAt))
  return warnings
}

test.each([
  [
    { 'bake-time': '10m', 'monitor-priorities': 'P1' },
    '`monitor-priorities`, `bake-time` do nothing here: they need `command: gate`.',
  ],
  [{ command: 'deployment-gate', 'on-warn': 'fail' }, '`on-warn` does nothing here: it needs `command: gate`.'],
  [{ command: 'gate', config: 'gate.json' }, '`config` does nothing here: it needs `command: deployment-gate`.'],
  [{ command: 'gate', notify: '@ops' }, '`notify` does nothing here: it needs `command: event`, in a step of its own.'],
])('says which inputs are of another command: %j', (inputs, warning) => {
  expect(warningsOf(inputs)).toEqual([warning])
})

test.each([
  {},
  { send: 'event', 'bake-time': '5m' },
  { command: 'baseline', 'bake-time': '10m', 'monitor-tags': 'team:web' },
  { command: 'gate', 'bake-time': '10m' },
  { command: 'deployment-gate', identifier: 'pre' },
])('says nothing of %j', (inputs) => {
  expect(warningsOf(inputs)).toEqual([])
})
