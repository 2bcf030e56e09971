import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'
import { ManualClock } from '../../../rehearsal/cloud/kernel/clock.ts'

let cloud: Cloud
const clock = new ManualClock()

beforeAll(async () => {
  cloud = await startCloud({ clock })
})
afterAll(() => cloud.close())

const key = () => cloud.env['DD_API_KEY'] ?? ''

async function post(event: object | string, apiKey = key()): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${cloud.env['DD_URL']}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'dd-api-key': apiKey },
    body: typeof event === 'string' ? event : JSON.stringify(event),
  })
  return { status: answer.status, body: await answer.text() }
}

test('an event is accepted, recorded and readable', async () => {
  const event = { title: 'Deployed web', text: 'to production', tags: ['service:web'], alert_type: 'success' }
  const { status, body } = await post(event)
  expect(status).toBe(202)
  const { id_str: id, url } = JSON.parse(body).event
  // The number itself has more digits than JSON.parse keeps.
  expect(body).toContain(`"id":${id},`)
  expect(url).toContain(id)

  expect(cloud.journal.entries('datadog').at(-1)).toMatchObject({ outcome: 'ok', status: 202, event })
  expect(JSON.stringify(cloud.journal.entries())).not.toContain(key())

  const headers = { 'dd-api-key': key(), 'dd-application-key': cloud.env['DD_APP_KEY'] ?? '' }
  const read = await fetch(`${cloud.url}/api/v1/events/${id}`, { headers })
  expect(await read.json()).toMatchObject({ event: { title: event.title, priority: null } })
  expect((await fetch(`${cloud.url}/api/v1/events/${id}`, { headers: { 'dd-api-key': key() } })).status).toBe(403)
})

test('a wrong key is forbidden', async () => {
  expect(await post({ title: 't', text: 'x' }, 'f'.repeat(32))).toEqual({
    status: 403,
    body: '{"errors":["Forbidden"]}',
  })
  expect(cloud.journal.entries('datadog').at(-1)).toMatchObject({ outcome: 'Forbidden', status: 403 })
})

const event = (more: object) => ({ title: 't', text: 'x', ...more })

test.each([
  ['is not JSON', '{', /invalid JSON/],
  ['has no title', { text: 'x' }, /'title' is required/],
  ['has a text that is too long', event({ text: 'x'.repeat(4001) }), /'text' is invalid: is limited to 4000/],
  [
    'has an aggregation key that is too long',
    event({ aggregation_key: 'x'.repeat(101) }),
    /'aggregation_key' is invalid: .*100/,
  ],
  [
    'has an alert type that is none',
    event({ alert_type: 'great' }),
    /'alert_type' is invalid: must be one of .*not 'great'/,
  ],
  ['has tags that are no list', event({ tags: 'a:b' }), /'tags' is invalid: must be of type array/],
  ['happened too long ago', event({ date_happened: Date.UTC(2025, 11, 31, 5) / 1000 }), /^Event too far in the past$/],
])('an event that %s is refused', async (_, given, message) => {
  const { status, body } = await post(given)
  expect(status).toBe(400)
  expect(JSON.parse(body)).toEqual({ errors: [expect.stringMatching(message)] })
})

test('text length is counted in characters', async () => {
  expect(await post(event({ text: '🚀'.repeat(4000) }))).toMatchObject({ status: 202 })
})

test('unknown endpoints return 404', async () => {
  const answer = await fetch(`${cloud.url}/api/v2/nonesuch`, { headers: { 'dd-api-key': key() } })
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('GET /api/v2/nonesuch')
})
