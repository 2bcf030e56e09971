import { type Rehearsed, rehearsedDatadog } from './support.ts'

let datadog: Rehearsed
beforeAll(async () => {
  datadog = await rehearsedDatadog()
})
afterAll(() => datadog.close())

const NOW_NS = Date.UTC(2026, 0, 1) * 1e6
const deployment = (more: object = {}) => ({
  data: { attributes: { service: 'web', started_at: NOW_NS, finished_at: NOW_NS, ...more } },
})

test('records a repeated deployment once', async () => {
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
])('refuses a deployment with %s', async (_, body, detail) => {
  const { status, text } = await datadog.ask('POST', '/api/v2/dora/deployment', body)
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(detail) })
})

const patch = (id: string, attributes: object = { change_failure: true }, type = 'dora_deployment_patch_request') =>
  datadog.ask('PATCH', `/api/v2/dora/deployments/${encodeURIComponent(id)}`, { data: { id, type, attributes } })

test('marks a deployment as a failure, with its remediation', async () => {
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

test('refuses to mark a failure without the application key', async () => {
  const answer = await datadog.ask('PATCH', '/api/v2/dora/deployments/x', {}, { 'dd-application-key': 'wrong' })
  expect({ status: answer.status, json: answer.json }).toEqual({ status: 403, json: { errors: ['Forbidden'] } })
})
