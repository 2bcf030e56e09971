import { readEventInputs } from '../../../../actions/datadog-event/src/inputs/event-inputs.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { inputsEnv, RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const read = (inputs: Record<string, string>, env = RUN_ENV) =>
  readEventInputs(new InputReader(inputsEnv({ 'deploy-record': 'none', title: 'Hello', ...inputs })), env, NOW).custom

test('has the service, the environment and the run of its inputs', () => {
  const inputs = { service: 'web, api', env: 'production', version: '1.4', team: 'shop', severity: 'SEV-2' }
  expect(read(inputs)).toEqual({
    id: expect.stringMatching(/^org\/web-7-1-[0-9a-f]{16}$/),
    ...{ services: ['web', 'api'], environment: 'production', version: '1.4', team: 'shop', severity: 'SEV-2' },
    startedAt: NOW,
    run: { url: 'https://github.com/org/web/actions/runs/7/attempts/1', actor: 'ada', commitUrl: expect.any(String) },
  })
  expect(read({ 'deploy-id': 'incident-7' })?.id).toBe('incident-7')
  expect(read({}, { ...RUN_ENV, GITHUB_EVENT_NAME: 'schedule' })).toMatchObject({ scheduled: true })
})

test('has an id of its own for each service, team and environment, and the same one when it is sent again', () => {
  const incidents = [
    { service: 'web', env: 'production' },
    { service: 'api', env: 'production' },
    { service: 'web', env: 'stage' },
    { team: 'shop' },
  ]
  const ids = () => incidents.map((inputs) => read({ send: 'dora-incident', ...inputs })?.id)
  expect(new Set(ids()).size).toBe(4)
  expect(ids()).toEqual(ids())
})

test('starts when it is said to, else when it happened, else now', () => {
  const at = '2025-12-31T23:00:00Z'
  expect(read({ 'started-at': '5', 'finished-at': '7', 'date-happened': at })).toMatchObject({
    startedAt: 5000,
    finishedAt: 7000,
  })
  expect(read({ 'date-happened': at })).toMatchObject({ startedAt: Date.parse(at) })
})

test.each([
  ['{"on": true}', { on: true }],
  ['true', { value: true }],
  ['[1]', { value: [1] }],
  ['ten percent', { value: 'ten percent' }],
])('the value %j of a changed flag is %j', (text, next) => {
  const inputs = { send: 'change-event', 'changed-resource': 'new-checkout', 'changed-resource-type': 'feature_flag' }
  expect(read({ ...inputs, 'new-value': text })?.changed).toEqual({ name: 'new-checkout', type: 'feature_flag', next })
})

test('refuses a value that is too deep', () => {
  const deep = '['.repeat(100_000)
  expect(() => read({ send: 'change-event', 'changed-resource': 'x', 'new-value': deep })).toThrow('new-value')
})
