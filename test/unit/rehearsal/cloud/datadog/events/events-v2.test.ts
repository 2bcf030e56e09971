import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeAll(async () => {
  datadog = await rehearsedDatadog()
})
afterAll(() => datadog.close())

const event = (attributes: object, more: object = {}) => ({
  data: {
    type: 'event',
    attributes: { title: 'Deploy of web', integration_id: 'custom-events', ...attributes, ...more },
  },
})
const CHANGE = {
  changed_resource: { name: 'web', type: 'configuration' },
  impacted_resources: [{ name: 'web', type: 'service' }],
}
const change = (more: object = {}, detail: object = {}) =>
  event({ category: 'change', attributes: { ...CHANGE, ...detail } }, more)
const ALERT = {
  status: 'error',
  priority: '2',
  custom: { version: 'v2' },
  links: [{ url: 'https://example.com', title: 'Runbook', category: 'runbook' }],
}
const alert = (detail: object = {}) => event({ category: 'alert', attributes: { ...ALERT, ...detail } })

test.each([
  ['change', change(), { changeEvent: { title: 'Deploy of web' } }],
  ['alert', alert(), { alertEvent: { title: 'Deploy of web' } }],
])('answers an event of the category %s with a uid, and records it', async (_, body, recorded) => {
  const { status, json } = await datadog.ask('POST', '/api/v2/events', body)
  expect(status).toBe(202)
  expect(json).toEqual({
    data: {
      id: '_',
      type: 'event',
      attributes: { attributes: { evt: { id: expect.any(String), uid: expect.any(String) } } },
    },
    links: { self: expect.stringContaining('event?uid=') },
  })
  expect(datadog.journal.entries('datadog').at(-1)).toMatchObject({ outcome: 'ok', ...recorded })
})

const at = (place: string, detail: string) => `JSON validation failed at $.data.attributes.${place}: ${detail}`

test.each([
  ['no title', change({ title: undefined }), at('title', 'is required')],
  ['a long title', change({ title: 'x'.repeat(501) }), at('title', 'is limited to 500')],
  ['a long message', change({ message: 'x'.repeat(4001) }), at('message', 'is limited to 4000')],
  ['a long key', change({ aggregation_key: 'x'.repeat(101) }), at('aggregation_key', 'is limited to 100')],
  ['101 tags', change({ tags: Array.from({ length: 101 }, (_, i) => `t:${i}`) }), at('tags', 'is limited to 100')],
  ['no tag in its tags', change({ tags: [] }), at('tags', 'needs at least 1')],
  ['another category', change({ category: 'invalid' }), at('category', 'value must be one of: ["alert", "change"].')],
  ['a member of no API', change({ priority: 'low' }), at('priority', 'is not in the published API')],
  ['a time long past', change({ timestamp: '2025-12-01T00:00:00Z' }), 'Event too far in the past'],
  ['a time that is none', change({ timestamp: 'now' }), 'ISO 8601'],
  [
    'another kind of resource',
    change({}, { changed_resource: { name: 'x', type: 'service' } }),
    at('attributes.changed_resource.type', 'value must be one of: ["configuration", "feature_flag"]'),
  ],
  ['no resource', change({}, { changed_resource: undefined }), at('attributes.changed_resource', 'is required')],
  ['an author without a type', change({}, { author: { name: 'ada' } }), at('attributes.author.type', 'is required')],
  ['values that are no objects', change({}, { new_value: 'v2' }), at('attributes.new_value', 'must be of type object')],
  [
    'an impacted host',
    change({}, { impacted_resources: [{ name: 'h', type: 'host' }] }),
    at('attributes.impacted_resources.0.type', 'value must be one of: ["service"]'),
  ],
  ['no status of its alert', alert({ status: undefined }), at('attributes.status', 'is required')],
  [
    'an unknown status',
    alert({ status: 'bad' }),
    at('attributes.status', 'value must be one of: ["error", "ok", "warn"]'),
  ],
  ['an alert that changes', alert({ ...CHANGE }), at('attributes.', '').slice(0, -2)],
  ['no data', {}, 'JSON validation failed at $.data: is required'],
  ['no JSON', '{', 'invalid JSON'],
])('refuses an event with %s with a JSON:API error', async (_, body, detail) => {
  const { status, json } = await datadog.ask('POST', '/api/v2/events', body)
  expect(status).toBe(400)
  expect(json).toEqual({ errors: [{ status: '400', title: 'Bad Request', detail: expect.stringContaining(detail) }] })
})
