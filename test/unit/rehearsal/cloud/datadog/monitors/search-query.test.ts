import { parseQuery, type Searched } from '../../../../../../rehearsal/cloud/datadog/monitors/search-query.ts'

const monitor = (more: Partial<Searched> = {}): Searched => ({
  id: 1001,
  name: 'Errors of web',
  type: 'query alert',
  tags: ['service:web', 'env:production', 'urgent'],
  status: 'OK',
  priority: 2,
  muted: false,
  ...more,
})

test.each<[string, boolean]>([
  ['', true],
  ['service:web', true],
  ['service:api', false],
  ['service:web env:production', true],
  ['service:web AND env:stage', false],
  ['service:api OR env:production', true],
  ['service:api OR service:job OR service:web', true],
  ['service:(api OR web)', true],
  ['(service:api OR service:web) env:stage', false],
  ['NOT service:api', true],
  ['-service:web', false],
  ['!service:web', false],
  ['NOT (service:api OR env:production)', false],
  ['service:w*', true],
  ['service:*', true],
  ['team:*', false],
  ['tag:"service:web"', true],
  ['tag:service:web', true],
  ['tag:urgent', true],
  ['tag:(service:web OR service:api)', true],
  ['status:ok', true],
  ['status:(alert OR warn)', false],
  ['status:"no data"', false],
  ['priority:p2', true],
  ['priority:2', true],
  ['priority:p1', false],
  ['priority:(p1 OR p2)', true],
  ['muted:false', true],
  ['muted:true', false],
  ['type:metric', true],
  ['type:log', false],
  ['id:1001', true],
  ['errors', true],
  ['"Errors of web"', true],
  ['latency', false],
  ['title:err*', true],
])('%s finds the monitor: %s', (query, found) => {
  expect(parseQuery(query)(monitor())).toBe(found)
})

test('a monitor without priority is found by no priority', () => {
  expect(parseQuery('priority:p2')(monitor({ priority: null }))).toBe(false)
})

test.each([
  ['status:notastatus', "Query parsing error: 'notastatus' is not a valid monitor status"],
  ['priority:p9', "Query parsing error: 'p9' is not a valid monitor priority"],
  ['(service:web', 'Query parsing error'],
  ['service:web)', 'Query parsing error'],
  ['service:web AND', 'Query parsing error'],
  ['tag:"service:web', 'Query parsing error'],
  ['group:host:a', "does not search by 'group'"],
])('refuses %s', (query, message) => {
  expect(() => parseQuery(query)).toThrow(message)
})
