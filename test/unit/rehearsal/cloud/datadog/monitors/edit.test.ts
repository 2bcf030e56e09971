import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
})
afterEach(() => datadog.close())

const METRIC = {
  name: 'Errors of web',
  type: 'metric alert',
  query: 'sum(last_5m):sum:http.errors{service:web} by {host} > 90',
  message: '@slack-web',
  tags: ['service:web'],
  priority: 2,
  options: { thresholds: { critical: 90, warning: 80 } },
}
const create = (more: object = {}) => datadog.ask('POST', '/api/v1/monitor', { ...METRIC, ...more })
async function created(more: object = {}): Promise<string> {
  const { json } = await create(more)
  return `/api/v1/monitor/${(json as { id: number }).id}`
}

test('creates a monitor as Datadog does: with its defaults, and without data', async () => {
  const { status, json } = await create()
  expect(status).toBe(200)
  expect(json).toMatchObject({
    ...METRIC,
    type: 'query alert',
    multi: true,
    draft_status: 'published',
    overall_state: 'No Data',
    overall_state_modified: null,
    options: {
      thresholds: { critical: 90, warning: 80 },
      notify_no_data: false,
      notify_audit: false,
      new_host_delay: 300,
      include_tags: true,
      silenced: {},
    },
  })
  const { id } = json as { id: number }
  expect((await datadog.ask('GET', `/api/v1/monitor/${id}`)).json).toEqual(json)
  expect((await datadog.ask('GET', '/api/v1/monitor?monitor_tags=service:web')).json).toMatchObject([{ id }])
  expect(datadog.journal.entries('datadog')[0]).toMatchObject({ monitor: { id, name: METRIC.name }, change: 'create' })
})

test('a monitor without thresholds is taken', async () => {
  const { status, json } = await create({ options: undefined })
  expect(status).toBe(200)
  expect((json as { options: object }).options).not.toHaveProperty('thresholds')
})

test('updates what is given, and replaces all options', async () => {
  const path = await created({ options: { ...METRIC.options, timeout_h: 24, renotify_interval: 60 } })
  const before = (await datadog.ask('GET', path)).json as { created: string }
  await datadog.clock.advance(60_000)
  const { status, json } = await datadog.ask('PUT', path, {
    name: 'Errors',
    priority: null,
    options: { thresholds: { critical: 90, warning: null }, timeout_h: null },
  })
  expect(status).toBe(200)
  expect(json).toMatchObject({ name: 'Errors', priority: null, query: METRIC.query, created: before.created })
  expect((json as { modified: string }).modified).not.toBe(before.created)
  expect((json as { options: object }).options).toEqual({
    thresholds: { critical: 90 },
    timeout_h: null,
    notify_no_data: false,
    notify_audit: false,
    new_host_delay: 300,
    include_tags: true,
    silenced: {},
  })
})

test('deletes a monitor once', async () => {
  const path = await created()
  const id = Number(path.split('/').at(-1))
  expect(await datadog.ask('DELETE', path)).toMatchObject({ status: 200, json: { deleted_monitor_id: id } })
  expect(await datadog.ask('DELETE', path)).toMatchObject({ status: 404, json: { errors: ['Monitor not found'] } })
  const next = (await create()).json as { id: number }
  expect(next.id).toBeGreaterThan(id)
})

test('a composite keeps its monitors from being deleted, unless that is forced', async () => {
  const path = await created()
  const id = Number(path.split('/').at(-1))
  const composite = await create({ type: 'composite', query: `${id} && !${id}`, options: undefined })
  expect(composite.status).toBe(200)
  const can = await datadog.ask('GET', `/api/v1/monitor/can_delete?monitor_ids=${id}`)
  expect(can).toMatchObject({ status: 409, json: { errors: { [id]: [expect.stringContaining('composite')] } } })
  expect((await datadog.ask('DELETE', path)).status).toBe(400)
  expect((await datadog.ask('DELETE', `${path}?force=true`)).status).toBe(200)
})

test('tells which monitors can be deleted', async () => {
  const id = Number((await created()).split('/').at(-1))
  const { status, json } = await datadog.ask('GET', `/api/v1/monitor/can_delete?monitor_ids=${id}`)
  expect({ status, json }).toEqual({ status: 200, json: { data: { ok: [id] }, errors: null } })
})

test('validates without creating', async () => {
  const path = await created()
  const before = (await datadog.ask('GET', '/api/v1/monitor')).json
  for (const one of ['/api/v1/monitor/validate', `${path}/validate`]) {
    expect(await datadog.ask('POST', one, METRIC)).toMatchObject({ status: 200, json: {} })
    expect((await datadog.ask('POST', one, { ...METRIC, query: 'query' })).status).toBe(400)
  }
  expect((await datadog.ask('GET', '/api/v1/monitor')).json).toEqual(before)
  expect((await datadog.ask('POST', '/api/v1/monitor/7/validate', METRIC)).status).toBe(404)
})

test.each<[string, object, string]>([
  ['no query', { query: undefined }, "'query' is required"],
  ['an unknown type', { type: 'metric' }, "parameter 'type' is invalid"],
  ['a query without a condition', { query: 'avg(last_5m):avg:errors{*}' }, "parameter 'query' is invalid"],
  [
    'a log query without a condition',
    { type: 'log alert', query: 'query', options: undefined },
    "The value provided for parameter 'query' is invalid: invalid operator specified: ",
  ],
  [
    'another threshold than its query',
    { options: { thresholds: { critical: 0.66 } } },
    'Alert threshold (0.66) does not match that used in the query (90.0).',
  ],
  ['a warning alone', { options: { thresholds: { warning: 80 } } }, 'Alert status is required.'],
  ['a warning above its alert', { options: { thresholds: { critical: 90, warning: 95 } } }, 'warning'],
  [
    'a recovery above its alert',
    { options: { thresholds: { critical: 90, critical_recovery: 91 } } },
    'alert and alert recovery criteria are such that the monitor can be simultaneously in alert and alert recovery states',
  ],
  ['a threshold that is a text', { options: { thresholds: { critical: '90' } } }, 'thresholds.critical'],
  ['priority 6', { priority: 6 }, "parameter 'priority' is invalid"],
  ['an option of no API', { options: { notify_nodata: true } }, 'options.notify_nodata'],
  [
    'a service check that looks too short',
    {
      type: 'service check',
      query: '"http.can_connect".over("service:web").last(2).count_by_status()',
      options: { thresholds: { critical: 3 } },
    },
    'Last field should be larger than or equal to max threshold defined in monitor options',
  ],
  [
    'a composite of nothing',
    { type: 'composite', query: 'a and b', options: undefined },
    "parameter 'query' is invalid",
  ],
])('refuses a monitor with %s', async (_, more, message) => {
  for (const path of ['/api/v1/monitor', '/api/v1/monitor/validate']) {
    const { status, json } = await datadog.ask('POST', path, { ...METRIC, ...more })
    expect({ status, json }).toEqual({ status: 400, json: { errors: [expect.stringContaining(message)] } })
  }
  expect((await datadog.ask('GET', '/api/v1/monitor')).json).toEqual([])
})

test('an update is checked as a whole', async () => {
  const path = await created()
  const { status, json } = await datadog.ask('PUT', path, { query: METRIC.query.replace('90', '91') })
  expect({ status, json }).toMatchObject({ status: 400, json: { errors: [expect.stringContaining('does not match')] } })
  expect((await datadog.ask('PUT', path, { type: 'log alert' })).status).toBe(400)
  expect((await datadog.ask('PUT', '/api/v1/monitor/7', { name: 'x' })).status).toBe(404)
})

test('a test turns a monitor that was created', async () => {
  await created()
  await datadog.ask('POST', '/_slipway/datadog/turn?monitor=Errors%20of%20web&group=host:a&state=Alert')
  expect((await datadog.ask('GET', '/api/v1/monitor?group_states=all')).json).toMatchObject([
    { overall_state: 'Alert', state: { groups: { 'host:a': { status: 'Alert' } } } },
  ])
})

test('a monitor that was created and is not split turns as a whole', async () => {
  await created({ query: METRIC.query.replace(' by {host}', '') })
  const { json } = await datadog.ask('POST', '/_slipway/datadog/turn?monitor=Errors%20of%20web&state=OK')
  expect(json).toEqual({ changed: ['*'] })
})
