import { readEventInputs } from '../../../../actions/datadog-event/src/inputs/event-inputs.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { inputsEnv, RECORD, RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const record = JSON.stringify(RECORD)

const read = (inputs: Record<string, string>) =>
  readEventInputs(new InputReader(inputsEnv({ 'deploy-record': record, ...inputs })), RUN_ENV, NOW)

function refusal(inputs: Record<string, string>): InputError {
  try {
    read(inputs)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was accepted')
}

test.each([
  [{ 'deploy-record': '{' }, 'deploy-record', 'steps.deploy.outputs.deploy-record'],
  [{ 'deploy-record': '{"schema":2}' }, 'deploy-record', 'as it is'],
  [{ 'deploy-record': JSON.stringify({ ...RECORD, startedAt: 'soon' }) }, 'deploy-record', 'as it is'],
  [{ 'deploy-record': JSON.stringify({ ...RECORD, services: [] }) }, 'deploy-record', 'as it is'],
  [{ 'deploy-record': '' }, 'deploy-record', 'status: started'],
  [{ 'deploy-record': '', status: 'started' }, 'service', 'service: web'],
  [{ status: 'done' }, 'status', 'Use one of these'],
  [{ 'deploy-record': '', service: 'web', status: 'failed', 'rolls-back': 'previous' }, 'rolls-back', 'version:1.4.2'],
  [{ 'deploy-record': '', service: 'web', status: 'failed', 'rolls-back': 'version:1' }, 'env', 'env: production'],
  [{ 'rolls-back': 'version: ' }, 'rolls-back', 'version:1.4.2'],
  [{ send: 'event, dora' }, 'send', 'dora-deployment'],
  [{ 'deploy-record': '', title: 'x', send: 'change-event' }, 'changed-resource', 'deploy-record'],
  [{ 'deploy-record': '', title: 'x', send: 'dora-deployment' }, 'send', 'deploy-record'],
  [{ 'deploy-record': '', title: 'x', 'changed-resource': 'flag' }, 'changed-resource', 'send: change-event'],
  [
    { 'deploy-record': '', title: 'x', send: 'change-event', 'changed-resource': 'x'.repeat(129) },
    'changed-resource',
    'Shorten',
  ],
  [{ 'deploy-record': '', title: 'x', 'changed-resource-type': 'flag' }, 'changed-resource-type', 'Use one of these'],
  [{ 'deploy-record': '', title: 'x', send: 'dora-incident' }, 'service', '`team`'],
  [{ 'deploy-record': '', title: 'x', send: 'dora-failure', service: 'web' }, 'rolls-back', 'version:1.4.2'],
  [{ 'deploy-record': '', title: 'x', send: 'dora-failure', 'rolls-back': 'id' }, 'service', 'service: web'],
  [
    { 'deploy-record': '', title: 'x', service: 'web', 'rolls-back': 'version:1', send: 'dora-failure' },
    'env',
    'production',
  ],
  [{ 'deploy-record': '', title: 'x', 'rolls-back': 'id' }, 'rolls-back', 'send: dora-failure'],
  [{ send: 'dora-incident' }, 'send', '`dora-deployment`'],
  [{ send: 'dora-failure' }, 'send', '`dora-deployment`'],
  [{ 'changed-resource': 'flag' }, 'changed-resource', 'a step of its own'],
  [{ severity: 'SEV-1' }, 'severity', 'a step of its own'],
  [{ title: 'x'.repeat(501) }, 'title', '`text`'],
  [{ 'aggregation-key': 'x'.repeat(101) }, 'aggregation-key', 'Shorten'],
  [{ host: 'x'.repeat(256) }, 'host', 'Shorten'],
  [{ 'alert-type': 'danger' }, 'alert-type', 'Use one of these'],
  [{ priority: 'high' }, 'priority', 'Use one of these'],
  [{ tags: `a:${'x'.repeat(200)}` }, 'tags', 'key:value'],
  [{ tags: Array.from({ length: 101 }, (_, i) => `t:${i}`).join() }, 'tags', 'filter'],
  [{ notify: 'slack-deploys' }, 'notify', '@slack-deploys'],
  [{ notify: '@a\n%%%' }, 'notify', '@slack-deploys'],
  [{ 'related-event-id': '12x' }, 'related-event-id', 'event-id'],
  [{ 'date-happened': 'yesterday' }, 'date-happened', '2026-03-01T12:00:00Z'],
  [{ 'date-happened': '2025-12-30T00:00:00Z' }, 'date-happened', 'no older'],
])('refuses %j, with the name of the input and the fix', (inputs, name, fix) => {
  const error = refusal(inputs as Record<string, string>)
  expect(error.input).toBe(name)
  expect(error.hint).toContain(fix)
})

test('takes values at the limits of Datadog', () => {
  const inputs = {
    title: 'x'.repeat(500),
    tags: Array.from({ length: 100 }, (_, i) => `t:${i}`).join(),
    notify: Array.from({ length: 20 }, (_, i) => `@slack-${i}`).join(),
    'date-happened': String(NOW / 1000 - 18 * 3600),
    'related-event-id': '7890123456789012345',
  }
  expect(read(inputs).fields).toEqual({
    title: inputs.title,
    tags: inputs.tags.split(','),
    notify: inputs.notify.split(','),
    dateHappened: NOW / 1000 - 18 * 3600,
    relatedEventId: '7890123456789012345',
  })
})

test('sends an event alone by default, and several kinds in the order of KINDS', () => {
  expect(read({}).send).toEqual(['event'])
  expect(read({ send: 'dora-deployment, event' }).send).toEqual(['event', 'dora-deployment'])
})

test('a custom event has no deploy', () => {
  expect(read({ 'deploy-record': '', title: 'Cache flushed' })).toMatchObject({ deploy: undefined, send: ['event'] })
})

test('prefers inputs about the deploy to the record', () => {
  const inputs = { 'deploy-id': 'mine', env: 'stage', version: 'v9', team: 'shop', service: 'shop-web' }
  expect(read({ ...inputs, 'rolls-back': 'org/web-6-1' })).toMatchObject({
    deploy: {
      ...{ id: 'mine', environment: 'stage', team: 'shop' },
      services: [{ name: 'shop-web', code: { version: 'v9' } }],
    },
    rollsBack: { deployId: 'org/web-6-1' },
  })
})

test('reads the deploy that is rolled back by id, by version, or as the previous version', () => {
  const rollsBack = (text: string) => read({ 'rolls-back': text }).rollsBack
  expect(rollsBack('org/web-6-1')).toEqual({ deployId: 'org/web-6-1' })
  expect(rollsBack('version:1.4.2')).toEqual({ version: '1.4.2' })
  expect(rollsBack('previous')).toEqual({ version: undefined })
})

test('a custom event has a key of its run and its content, unless one is given', () => {
  const key = (inputs: Record<string, string>) =>
    read({ 'deploy-record': '', title: 'Hello', ...inputs }).fields.aggregationKey
  expect(key({})).toBe(key({}))
  expect(new Set([key({}), key({ text: 'x' }), key({ title: 'y' })]).size).toBe(3)
  expect(key({ 'aggregation-key': 'mine' })).toBe('mine')
})

test('reads tags as YAML and JSON write lists', () => {
  const tags = (text: string) => read({ tags: text }).fields.tags
  for (const text of ['["a:b", "c:d"]', '[a:b, c:d]', '- a:b\n- "c:d"', "  - 'a:b'\n  - c:d\n"]) {
    expect(tags(text)).toEqual(['a:b', 'c:d'])
  }
})

test('refuses more than 20 handles', () => {
  const notify = Array.from({ length: 21 }, (_, i) => `@slack-${i}`).join()
  expect(refusal({ notify }).message).toContain('has 21 handles, and at most 20 are allowed')
})

test('a wrong alert type names the right ones', () => {
  expect(refusal({ 'alert-type': 'danger' }).message).toContain('`danger`, which is none of `error`')
})

test('reads tags in lists and lines, and times in ISO 8601', () => {
  const inputs = read({ tags: 'a:b, c:d\n# no\ne:f', 'date-happened': '2025-12-31T23:00:00Z' })
  expect(inputs).toMatchObject({ fields: { tags: ['a:b', 'c:d', 'e:f'], dateHappened: NOW / 1000 - 3600 } })
})

test.each([
  // A job that failed, or was cancelled, may have ended in its build.
  [{ 'deploy-record': 'none', status: 'failure' }, false],
  [{ 'deploy-record': 'none', status: 'cancelled' }, false],
  // deploy-ecs has not begun: its output is empty.
  [{ 'deploy-record': '', status: 'failed' }, false],
  [{ 'deploy-record': '', status: 'success' }, false],
  [{ 'deploy-record': '', status: 'started' }, true],
  // Another tool deploys.
  [{ 'deploy-record': 'none', status: 'success' }, true],
  [{ 'deploy-record': 'none', status: 'failed' }, true],
])('with %j, something was rolled out: %s', (inputs, started) => {
  expect(read({ ...inputs, service: 'web' })).toMatchObject({ deploy: { services: [{ started }] } })
})

test('says that the job was cancelled after the rollout', () => {
  expect(read({ status: 'cancelled' })).toMatchObject({ deploy: { note: 'The job was cancelled after the rollout.' } })
  expect(read({}).deploy).not.toHaveProperty('note')
})

test.each([
  ['web', 1],
  ['a,b,c', 3],
])('refuses `service: %s` for a record of two', (service, count) => {
  const two = JSON.stringify({
    ...RECORD,
    services: ['web', 'api'].map((name) => ({ ...RECORD.services[0], service: name })),
  })
  const { message, hint } = refusal({ 'deploy-record': two, service })
  expect(message).toBe(
    `Input \`service\` has ${count === 1 ? 'one name' : '3 names'} for a deploy record with 2 services: \`web\`, \`api\`.`,
  )
  expect(hint).toContain('in this order')
})

test('prefers the input `status` to the verdict of the record', () => {
  expect(read({ status: 'failed' })).toMatchObject({ deploy: { status: 'failed' } })
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
  // The job was cancelled after a rollout, and the version is live.
  ['cancelled', 'succeeded', 'succeeded'],
  ['cancelled', 'failed', 'failed'],
] as const)('job.status %s after a deploy that %s means %s', (status, verdict, meaning) => {
  const deploy = verdict === undefined ? '' : JSON.stringify({ ...RECORD, verdict })
  const inputs = read({ 'deploy-record': deploy, service: 'web', status })
  expect(inputs).toMatchObject({ deploy: { status: meaning } })
})
