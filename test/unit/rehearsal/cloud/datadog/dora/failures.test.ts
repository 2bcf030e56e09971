import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
})
afterEach(() => datadog.close())

const NOW = Date.UTC(2026, 0, 1) / 1000
const post = (attributes: object, path = '/api/v2/dora/failure') =>
  datadog.ask('POST', path, { data: { attributes: { services: ['web'], started_at: NOW, ...attributes } } })

test.each(['/api/v2/dora/failure', '/api/v2/dora/incident'])('records a failure at %s', async (path) => {
  const { status, json } = await post({ id: 'a-failure-of-web-1', severity: 'High', env: 'production' }, path)
  expect({ status, json }).toEqual({ status: 200, json: { data: { id: 'a-failure-of-web-1', type: 'dora_failure' } } })
  expect((await datadog.ask('GET', '/_slipway/datadog/failures')).json).toEqual([
    expect.objectContaining({ id: 'a-failure-of-web-1', services: ['web'], startedAt: '2026-01-01T00:00:00.000Z' }),
  ])
  expect(datadog.journal.entries('datadog').at(-1)).toMatchObject({ incident: { severity: 'High' } })
})

test('a failure that is sent again ends', async () => {
  await post({ id: 'a-failure-of-web-1' })
  await post({ id: 'a-failure-of-web-1', finished_at: NOW + 60 })
  expect((await datadog.ask('GET', '/_slipway/datadog/failures')).json).toEqual([
    expect.objectContaining({ finishedAt: '2026-01-01T00:01:00.000Z' }),
  ])
})

test('a failure without an id gets one', async () => {
  expect((await post({})).json).toEqual({
    data: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), type: 'dora_failure' },
  })
})

test.each([
  ['no start', { started_at: undefined }, 'attribute "started_at" is required'],
  ['neither services nor a team', { services: undefined }, 'attribute "services" is required'],
  ['services that are no list', { services: 'web' }, 'attribute "services"'],
  ['an end before its start', { finished_at: NOW - 1 }, 'attribute "finished_at"'],
  ['an id with a slash', { id: 'org/web-7-1-0123456789' }, 'attribute "id"'],
  ['half of a commit', { git: { repository_url: 'https://x', commit_sha: 'abc' } }, 'attribute "commit_sha"'],
])('refuses a failure with %s', async (_, attributes, detail) => {
  const { status, text } = await post(attributes)
  expect({ status, text: JSON.parse(text).errors[0].detail }).toEqual({
    status: 400,
    text: expect.stringContaining(detail),
  })
})

test('a team stands in for services', async () => {
  expect((await post({ services: undefined, team: 'web' })).status).toBe(200)
})
