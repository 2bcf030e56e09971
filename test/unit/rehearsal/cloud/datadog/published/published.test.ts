import { readFileSync } from 'node:fs'
import { LIMITS, NULLABLE } from '../../../../../../rehearsal/cloud/datadog/published/limits.ts'
import { answerProblem, requestProblem } from '../../../../../../rehearsal/cloud/datadog/published/published.ts'

const EVENTS = '/api/v1/events'
const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:errors{*} > 2' }

test('a request as published has no problem', () => {
  expect(requestProblem('POST', EVENTS, { title: 't', text: 'x' })).toBeUndefined()
})

test.each([
  ['a wrong name', { title: 't', text: 'x', prioritty: 'low' }, { keyword: 'additionalProperties', at: [] }],
  ['a missing member', { title: 't' }, { keyword: 'required', params: { missingProperty: 'text' } }],
  ['a wrong type', { title: 't', text: 'x', tags: 'a:b' }, { keyword: 'type', at: ['tags'] }],
  ['a wrong item', { title: 't', text: 'x', tags: [1] }, { keyword: 'type', at: ['tags', '0'] }],
  ['a wrong value', { title: 't', text: 'x', alert_type: 'bad' }, { keyword: 'enum', at: ['alert_type'] }],
  ['a long text', { title: 't', text: 'x'.repeat(4001) }, { keyword: 'maxLength', at: ['text'] }],
])('finds %s in a request', (_, body, problem) => {
  expect(requestProblem('POST', EVENTS, body)).toMatchObject(problem)
})

test('characters are counted, not UTF-16 units', () => {
  expect(requestProblem('POST', EVENTS, { title: 't', text: '🚀'.repeat(4000) })).toBeUndefined()
})

test('null is taken where Datadog documents it', () => {
  const options = { thresholds: { critical: 1, warning: null }, silenced: { '*': null }, timeout_h: null }
  expect(requestProblem('POST', '/api/v1/monitor', { ...MONITOR, priority: null, options })).toBeUndefined()
  expect(requestProblem('POST', '/api/v1/monitor', { ...MONITOR, name: null })).toMatchObject({ at: ['name'] })
  expect(requestProblem('POST', '/api/v1/monitor', { ...MONITOR, priority: 6 })).toMatchObject({ keyword: 'maximum' })
})

test('a path without parameters comes before one with them', () => {
  expect(requestProblem('POST', '/api/v1/monitor/validate', MONITOR)).toBeUndefined()
  expect(answerProblem('GET', '/api/v1/monitor/search', 200, { monitors: [] })).toBeUndefined()
  expect(answerProblem('GET', '/api/v1/monitor/7', 200, { monitors: [] })).toMatchObject({ keyword: 'required' })
})

test('answers may have null, and no member of another type', () => {
  const answer = (more: object) => answerProblem('GET', '/api/v1/monitor', 200, [{ ...MONITOR, ...more }])
  expect(answer({ priority: null, name: null, state: { groups: { '*': { last_nodata_ts: null } } } })).toBeUndefined()
  expect(answer({ overall_state: 'Bad' })).toMatchObject({ at: ['0', 'overall_state'], keyword: 'enum' })
  expect(answer({ type: null })).toMatchObject({ at: ['0', 'type'] })
  expect(answerProblem('POST', '/api/v2/dora/deployment', 400, { errors: [{ status: 400 }] })).toBeDefined()
})

test('each limit is about a member that is published', () => {
  const file = new URL('../../../../../../rehearsal/cloud/datadog/published/schemas.json', import.meta.url)
  const { definitions } = JSON.parse(readFileSync(file, 'utf8'))
  const names = [...Object.keys(LIMITS), ...NULLABLE].map((name) => name.replace(/\.\*$/, ''))
  expect(names.length).toBeGreaterThan(30)
  const unknown = names.filter((name) => {
    const [, model = '', member = ''] = /^(v\d\.\w+)\.(\w+)$/.exec(name) ?? []
    return definitions[model]?.properties[member] === undefined
  })
  expect(unknown).toEqual([])
})
