// The limits and error shapes of change events and DORA deployments.
import { type Rehearsed, rehearsedDatadog } from './support.ts'

let datadog: Rehearsed
beforeAll(async () => {
  datadog = await rehearsedDatadog()
})
afterAll(() => datadog.close())

const change = (attributes: object = {}, detail: object = {}) => ({
  data: {
    type: 'event',
    attributes: {
      title: 'Deploy of web',
      category: 'change',
      integration_id: 'custom-events',
      ...attributes,
      attributes: {
        changed_resource: { name: 'web', type: 'configuration' },
        impacted_resources: [{ name: 'web', type: 'service' }],
        ...detail,
      },
    },
  },
})

test('a change event gets a uid and is recorded', async () => {
  const { status, json } = await datadog.ask('POST', '/api/v2/events', change())
  expect(status).toBe(202)
  expect(json).toMatchObject({
    data: { type: 'event', attributes: { attributes: { evt: { uid: expect.any(String) } } } },
  })
  expect(datadog.journal.entries('datadog').at(-1)).toMatchObject({
    outcome: 'ok',
    changeEvent: { title: 'Deploy of web' },
  })
})

test.each([
  ['no title', change({ title: undefined }), "'title' must be a string"],
  ['a long title', change({ title: 'x'.repeat(501) }), "'title' is limited to 500"],
  ['a long message', change({ message: 'x'.repeat(4001) }), "'message' is limited to 4000"],
  ['a long key', change({ aggregation_key: 'x'.repeat(101) }), "'aggregation_key' is limited to 100"],
  ['101 tags', change({ tags: Array.from({ length: 101 }, (_, i) => `t:${i}`) }), "'tags' is limited to 100"],
  ['another category', change({ category: 'alert' }), "'category' must be one of change"],
  ['a time long past', change({ timestamp: '2025-12-01T00:00:00Z' }), '18 hours'],
  ['a time that is none', change({ timestamp: 'now' }), 'ISO 8601'],
  [
    'another kind of resource',
    change({}, { changed_resource: { name: 'x', type: 'service' } }),
    'feature_flag, configuration',
  ],
  ['no resource', change({}, { changed_resource: undefined }), "'changed_resource' is required"],
  ['an author without a type', change({}, { author: { name: 'ada' } }), "'type' must be one of user"],
  ['values that are no objects', change({}, { new_value: 'v2' }), "'new_value' must be an object"],
  ['an impacted host', change({}, { impacted_resources: [{ name: 'h', type: 'host' }] }), 'must be one of service'],
  ['no data', {}, "'data' is required"],
  ['no JSON', '{', 'invalid JSON'],
])('a change event with %s is refused, as JSON:API has it', async (_, body, detail) => {
  const { status, json } = await datadog.ask('POST', '/api/v2/events', body)
  expect(status).toBe(400)
  expect(json).toEqual({
    errors: [{ status: '400', title: 'Generic Error', detail: expect.stringContaining(detail) }],
  })
})

const NOW_NS = Date.UTC(2026, 0, 1) * 1e6
const deployment = (more: object = {}) => ({
  data: { attributes: { service: 'web', started_at: NOW_NS, finished_at: NOW_NS, ...more } },
})

test('a repeated deployment is recorded once', async () => {
  const id = 'org/web-7-1:web:0123'.replaceAll('/', '.')
  for (let i = 0; i < 2; i++) {
    const { status, json } = await datadog.ask('POST', '/api/v2/dora/deployment', deployment({ id, env: 'production' }))
    expect({ status, json }).toEqual({ status: 200, json: { data: { id, type: 'dora_deployment' } } })
  }
  const { json } = await datadog.ask('GET', '/_slipway/datadog/deployments')
  expect(json).toEqual([expect.objectContaining({ id, service: 'web', env: 'production' })])
})

test.each([
  ['no service', deployment({ service: undefined }), "'service' must be a string"],
  ['seconds', deployment({ started_at: 1767225600 }), 'nanoseconds'],
  ['an end before its start', deployment({ finished_at: NOW_NS - 1e9 }), "'finished_at' must not be before"],
  ['an id too short', deployment({ id: 'short' }), '16 to 128'],
  ['an id with a slash', deployment({ id: 'org/web-7-1-0123456789' }), '16 to 128'],
  ['half of a commit', deployment({ git: { repository_url: 'https://x', commit_sha: 'abc' } }), 'full SHA'],
  ['a commit without a repository', deployment({ git: { commit_sha: 'a'.repeat(40) } }), "'repository_url'"],
])('a deployment with %s is refused', async (_, body, detail) => {
  const { status, text } = await datadog.ask('POST', '/api/v2/dora/deployment', body)
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(detail) })
})

const patch = (id: string, attributes: object = { change_failure: true }, type = 'dora_deployment_patch_request') =>
  datadog.ask('PATCH', `/api/v2/dora/deployments/${encodeURIComponent(id)}`, { data: { id, type, attributes } })

test('a deployment is marked as a failure, with its remediation', async () => {
  const id = 'failed:deployment:1'
  expect((await patch(id)).status).toBe(404)
  await datadog.ask('POST', '/api/v2/dora/deployment', deployment({ id }))
  expect((await patch(id, { change_failure: true, remediation: { id: 'x', type: 'rollback' } })).status).toBe(202)
  const { json } = await datadog.ask('GET', '/_slipway/datadog/deployments')
  expect(json).toContainEqual(
    expect.objectContaining({ id, change_failure: true, remediation: { id: 'x', type: 'rollback' } }),
  )
  expect((await patch(id, { remediation: { id: 'x', type: 'undo' } })).status).toBe(400)
  expect((await patch(id, {}, 'other')).status).toBe(400)
})

test('marking a failure needs both keys', async () => {
  const answer = await datadog.ask('PATCH', '/api/v2/dora/deployments/x', {}, { 'dd-application-key': 'wrong' })
  expect({ status: answer.status, json: answer.json }).toEqual({ status: 403, json: { errors: ['Forbidden'] } })
})

test('a payload of more than 5 MB is too large', async () => {
  expect((await datadog.ask('POST', '/api/v1/events', { text: 'x'.repeat(5 * 1024 * 1024) })).status).toBe(413)
})

test('every response has the rate limit; requests above it are refused until the period ends', async () => {
  const one = await rehearsedDatadog()
  const ask = () => one.ask('GET', '/api/v1/validate')
  const first = await ask()
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'x-ratelimit-limit': '600',
    'x-ratelimit-period': '60',
    'x-ratelimit-remaining': '599',
    'x-ratelimit-name': 'validate',
  })
  for (let i = 0; i < 6; i++) await Promise.all(Array.from({ length: 100 }, ask))
  const refused = await ask()
  expect(refused.status).toBe(429)
  expect(refused.json).toEqual({
    errors: ['Rate limit of 600 requests in 60 seconds reached. Please try again later.'],
  })
  await one.clock.advance(1000 * Number(refused.headers.get('x-ratelimit-reset')))
  expect((await ask()).status).toBe(200)
  await one.close()
})
