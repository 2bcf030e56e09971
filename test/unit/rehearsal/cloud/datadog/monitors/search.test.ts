import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
  datadog.play({
    monitors: [
      {
        name: 'b',
        tags: ['service:web'],
        groups: { 'host:a': 'Alert' },
        query: 'avg(last_5m):avg:errors{env:prod} > 2',
      },
      { name: 'a', tags: ['service:web', 'team:shop'], type: 'log alert', silenced: ['*'], priority: 1 },
      { name: 'c', tags: ['service:api'] },
    ],
  })
})
afterEach(() => datadog.close())

interface Found {
  readonly counts: object
  readonly metadata: object
  readonly monitors: readonly { readonly name: string }[]
}
const search = async (query: string) => (await datadog.ask('GET', `/api/v1/monitor/search?${query}`)).json as Found
const names = async (query: string) => (await search(query)).monitors.map(({ name }) => name)

test('finds monitors with counts and pages', async () => {
  expect(await search('query=service:web')).toEqual({
    counts: {
      status: [
        { name: 'Alert', count: 1 },
        { name: 'OK', count: 1 },
      ],
      muted: [
        { name: false, count: 1 },
        { name: true, count: 1 },
      ],
      tag: [
        { name: 'service:web', count: 2 },
        { name: 'team:shop', count: 1 },
      ],
      type: [
        { name: 'log', count: 1 },
        { name: 'metric', count: 1 },
      ],
    },
    metadata: { total_count: 2, page_count: 1, page: 0, per_page: 30 },
    monitors: [
      expect.objectContaining({ name: 'a', status: 'OK', priority: 1, type: 'log alert', last_triggered_ts: null }),
      expect.objectContaining({
        name: 'b',
        status: 'Alert',
        scopes: ['env:prod'],
        metrics: ['errors'],
        classification: 'metric',
      }),
    ],
  })
})

test('sorts, and gives pages', async () => {
  expect(await names('sort=name,desc')).toEqual(['c', 'b', 'a'])
  expect(await names('sort=status')).toEqual(['b', 'a', 'c'])
  expect(await names('per_page=2&page=1')).toEqual(['c'])
  expect((await search('per_page=2')).metadata).toEqual({ total_count: 3, page_count: 2, page: 0, per_page: 2 })
})

test.each([
  ['query=status:notastatus', "Query parsing error: 'notastatus' is not a valid monitor status"],
  ['sort=color', "The value provided for parameter 'sort' is invalid"],
  ['page=x', "The value provided for parameter 'page' is invalid"],
])('refuses %s', async (query, message) => {
  const { status, json } = await datadog.ask('GET', `/api/v1/monitor/search?${query}`)
  expect({ status, json }).toEqual({ status: 400, json: { errors: [message] } })
})
