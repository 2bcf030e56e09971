import { readInputs } from '../../../../actions/datadog-event/src/inputs/inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { API_KEY, APP_KEY, inputsEnv, RECORD, RUN_ENV, recordingWorld } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const record = JSON.stringify(RECORD)
const minimal = { 'api-key': API_KEY, 'deploy-record': record }

function read(inputs: Record<string, string>, env = {}) {
  const { world, masked } = recordingWorld({})
  return { inputs: readInputs({ ...RUN_ENV, ...env, ...inputsEnv(inputs) }, world.log, NOW), masked }
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
  [{ ...minimal, 'deploy-record': '{' }, 'deploy-record', 'steps.deploy.outputs.deploy-record'],
  [{ ...minimal, 'deploy-record': '{"schema":2}' }, 'deploy-record', 'as it is'],
  [{ ...minimal, 'deploy-record': JSON.stringify({ ...RECORD, startedAt: 'soon' }) }, 'deploy-record', 'as it is'],
  [{ ...minimal, 'deploy-record': JSON.stringify({ ...RECORD, services: [] }) }, 'deploy-record', 'as it is'],
  [{ 'api-key': API_KEY }, 'deploy-record', 'status: started'],
  [{ 'api-key': API_KEY, status: 'started' }, 'service', 'service: web'],
  [{ ...minimal, status: 'done' }, 'status', 'Use one of these'],
  [{ ...minimal, send: 'event, dora' }, 'send', 'dora-deployment'],
  [{ 'api-key': API_KEY, title: 'x', send: 'change-event' }, 'send', 'deploy-record'],
  [{ ...minimal, title: 'x'.repeat(501) }, 'title', '`text`'],
  [{ ...minimal, 'aggregation-key': 'x'.repeat(101) }, 'aggregation-key', 'Shorten'],
  [{ ...minimal, host: 'x'.repeat(256) }, 'host', 'Shorten'],
  [{ ...minimal, 'alert-type': 'danger' }, 'alert-type', 'Use one of these'],
  [{ ...minimal, priority: 'high' }, 'priority', 'Use one of these'],
  [{ ...minimal, tags: `a:${'x'.repeat(200)}` }, 'tags', 'key:value'],
  [{ ...minimal, tags: Array.from({ length: 101 }, (_, i) => `t:${i}`).join() }, 'tags', 'filter'],
  [{ ...minimal, notify: 'slack-deploys' }, 'notify', '@slack-deploys'],
  [{ ...minimal, notify: '@a\n%%%' }, 'notify', '@slack-deploys'],
  [{ ...minimal, 'related-event-id': '12x' }, 'related-event-id', 'event-id'],
  [{ ...minimal, 'date-happened': 'yesterday' }, 'date-happened', '2026-03-01T12:00:00Z'],
  [{ ...minimal, 'date-happened': '2025-12-30T00:00:00Z' }, 'date-happened', 'no older'],
])('bad input %# is refused by name, with the fix', (inputs, name, fix) => {
  const error = refusal(inputs as Record<string, string>)
  expect(error.input).toBe(name)
  expect(error.hint).toContain(fix)
  expect(`${error.message} ${error.hint}`).not.toContain(API_KEY)
})

test('a wrong alert type names the right ones', () => {
  expect(refusal({ ...minimal, 'alert-type': 'danger' }).message).toContain('`danger`, which is none of `error`')
})

test('tags and times are read as people write them', () => {
  const { inputs } = read({ ...minimal, tags: 'a:b, c:d\n# no\ne:f', 'date-happened': '2025-12-31T23:00:00Z' })
  expect(inputs).toMatchObject({ fields: { tags: ['a:b', 'c:d', 'e:f'], dateHappened: NOW / 1000 - 3600 } })
})

test('a status given goes before the verdict of the record', () => {
  expect(read({ ...minimal, status: 'failed' }).inputs).toMatchObject({ deploy: { status: 'failed' } })
})

test.each([
  ['success', undefined, 'succeeded'],
  ['failure', undefined, 'failed'],
  ['cancelled', undefined, 'cancelled'],
  // The deploy went well, and something after it, such as the gate, did not.
  ['failure', 'succeeded', 'failed'],
  // The record knows better why the job failed.
  ['failure', 'rolled-back', 'rolled-back'],
  ['success', 'rolled-back', 'rolled-back'],
] as const)('job.status %s after a deploy that %s means %s', (status, verdict, meaning) => {
  const deploy = verdict === undefined ? '' : JSON.stringify({ ...RECORD, verdict })
  const { inputs } = read({ ...minimal, 'deploy-record': deploy, service: 'web', status })
  expect(inputs).toMatchObject({ deploy: { status: meaning } })
})
