import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeAll(async () => {
  datadog = await rehearsedDatadog()
})
afterAll(() => datadog.close())

const NOW_MS = Date.UTC(2026, 0, 1)
const NOW_NS = NOW_MS * 1e6
const deployment = (more: object = {}) => ({
  data: { attributes: { service: 'web', started_at: NOW_NS, finished_at: NOW_NS, ...more } },
})
const post = (more: object = {}) => datadog.ask('POST', '/api/v2/dora/deployment', deployment(more))
const recorded = async (id: string) => {
  const { json } = await datadog.ask('GET', '/_slipway/datadog/deployments')
  return (json as readonly { readonly id: string }[]).find((one) => one.id === id)
}

test('records a repeated deployment once', async () => {
  const id = 'org.web-7-1:web:0123'
  for (let i = 0; i < 2; i++) {
    const { status, json } = await post({ id, env: 'production' })
    expect({ status, json }).toEqual({ status: 200, json: { data: { id, type: 'dora_deployment' } } })
  }
  const { json } = await datadog.ask('GET', '/_slipway/datadog/deployments')
  expect(json).toEqual([expect.objectContaining({ id, service: 'web', env: 'production' })])
})

test('gives a deployment without an id one', async () => {
  const { json } = await post()
  expect(json).toEqual({ data: { id: expect.stringMatching(/^[0-9a-f]{16}$/), type: 'dora_deployment' } })
})

test.each([
  ['nanoseconds', 1e6],
  ['milliseconds', 1],
  ['seconds', 1e-3],
])('takes times in %s', async (unit, factor) => {
  const id = `a-deployment-in-${unit}`
  expect((await post({ id, started_at: NOW_MS * factor, finished_at: (NOW_MS + 1000) * factor })).status).toBe(200)
  expect(await recorded(id)).toMatchObject({
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
  })
})

test.each([
  ['no service', { service: undefined }, 'attribute "service" is required'],
  ['no start', { started_at: undefined }, 'attribute "started_at" is required'],
  ['no end', { finished_at: undefined }, 'attribute "finished_at" is required'],
  ['microseconds', { started_at: NOW_MS * 1e3 }, 'nanoseconds, milliseconds, or seconds'],
  ['a time as text', { started_at: String(NOW_NS) }, 'attribute "started_at"'],
  ['an end before its start', { finished_at: NOW_NS - 1e9 }, 'attribute "finished_at"'],
  ['an id too short', { id: 'short' }, 'attribute "id"'],
  ['an id with a slash', { id: 'org/web-7-1-0123456789' }, 'attribute "id"'],
  ['half of a commit', { git: { repository_url: 'https://x', commit_sha: 'abc' } }, 'attribute "commit_sha"'],
  ['a commit without a repository', { git: { commit_sha: 'a'.repeat(40) } }, 'attribute "repository_url" is required'],
  ['101 tags', { custom_tags: Array.from({ length: 101 }, (_, i) => `t:${i}`) }, 'attribute "custom_tags"'],
])('refuses a deployment with %s', async (_, more, detail) => {
  const { status, json } = await post(more)
  expect({ status, json }).toEqual({
    status: 400,
    json: { errors: [{ status: '400', title: 'Bad Request', detail: expect.stringContaining(detail) }] },
  })
})
