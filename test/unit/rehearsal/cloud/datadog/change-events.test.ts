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

test('answers a change event with a uid, and records it', async () => {
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
])('refuses a change event with %s with a JSON:API error', async (_, body, detail) => {
  const { status, json } = await datadog.ask('POST', '/api/v2/events', body)
  expect(status).toBe(400)
  expect(json).toEqual({
    errors: [{ status: '400', title: 'Bad Request', detail: expect.stringContaining(detail) }],
  })
})
