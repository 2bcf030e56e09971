import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { parseScenario } from '../../../../../rehearsal/cloud/datadog/scenario.ts'
import { type Rehearsed, rehearsedDatadog } from './support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
})
afterEach(() => datadog.close())

interface Listed {
  readonly name: string
  readonly overall_state: string
  readonly state?: {
    readonly groups: Readonly<Record<string, { readonly status: string; readonly last_triggered_ts: number }>>
  }
  readonly matching_downtimes?: readonly unknown[]
}
const list = async (query = 'group_states=all&with_downtimes=true') =>
  (await datadog.ask('GET', `/api/v1/monitor?${query}`)).json as readonly Listed[]
const states = async () =>
  Object.fromEntries(
    (await list()).map(({ name, state }) => [
      name,
      Object.entries(state?.groups ?? {}).map(([group, { status }]) => `${group} ${status}`),
    ]),
  )

const updateService = (service: string, outcome = 'ok') =>
  datadog.journal.write({ type: 'api', service: 'ecs', action: 'UpdateService', outcome, request: { service } })

test('monitors are found by tags, with paging', async () => {
  datadog.play({
    monitors: Array.from({ length: 5 }, (_, i) => ({
      name: `m${i}`,
      tags: ['service:web', i < 3 ? 'env:prod' : 'env:stage'],
    })),
  })
  expect((await list('monitor_tags=service:web,env:prod')).map(({ name }) => name)).toEqual(['m0', 'm1', 'm2'])
  expect(await list('monitor_tags=service:other')).toEqual([])
  expect((await list('page=1&page_size=2')).map(({ name }) => name)).toEqual(['m2', 'm3'])
  expect(await list('page=9&page_size=2')).toEqual([])
  expect((await datadog.ask('GET', '/api/v1/monitor?page=x')).status).toBe(400)
})

test('groups are returned only on request', async () => {
  datadog.play({ monitors: [{ name: 'm', groups: { a: 'OK', b: 'Alert' } }] })
  expect((await list(''))[0]).not.toHaveProperty('state')
  expect(Object.keys((await list('group_states=alert'))[0]?.state?.groups ?? {})).toEqual(['b'])
  expect(Object.keys((await list('group_states=all'))[0]?.state?.groups ?? {})).toEqual(['a', 'b'])
  expect((await list())[0]?.overall_state).toBe('Alert')
})

test('reading monitors needs both keys', async () => {
  expect((await datadog.ask('GET', '/api/v1/monitor', undefined, { 'dd-application-key': '' })).status).toBe(403)
})

test("a deploy changes monitors at the scenario's time", async () => {
  datadog.play({
    monitors: [
      {
        name: 'errors',
        groups: ['host:a', 'host:b'],
        changes: [
          { on: 'deploy', service: 'web', after: '20s', group: 'host:a', state: 'Warn' },
          { on: 'deploy', service: 'web', after: '60s', state: 'Alert' },
          { on: 'deploy', service: 'web', nth: 2, state: 'OK' },
        ],
      },
    ],
  })
  updateService('worker')
  updateService('web', 'ServiceNotFoundException')
  await datadog.clock.advance(100_000)
  expect(await states()).toEqual({ errors: ['host:a OK', 'host:b OK'] })

  updateService('arn:aws:ecs:us-east-1:123456789012:service/main/web')
  await datadog.clock.advance(20_000)
  expect(await states()).toEqual({ errors: ['host:a Warn', 'host:b OK'] })
  await datadog.clock.advance(40_000)
  expect(await states()).toEqual({ errors: ['host:a Alert', 'host:b Alert'] })
  const [monitor] = await list()
  expect(monitor?.state?.groups['host:a']?.last_triggered_ts).toBe(datadog.clock.now() / 1000)

  updateService('web')
  await datadog.clock.advance(0)
  expect(await states()).toEqual({ errors: ['host:a OK', 'host:b OK'] })
  expect(datadog.journal.entries('monitor').map(({ state, groups }) => [state, groups])).toEqual([
    ['Warn', ['host:a']],
    ['Alert', ['host:a', 'host:b']],
    ['OK', ['host:a', 'host:b']],
  ])
})

test('an event and the time since the start change monitors', async () => {
  datadog.play({
    monitors: [
      { name: 'by time', changes: [{ on: 'start', after: '5m', state: 'No Data' }] },
      { name: 'by event', changes: [{ on: 'event', state: 'Warn' }] },
    ],
  })
  await datadog.ask('POST', '/api/v1/events', { title: 't', text: 'x' })
  await datadog.clock.advance(0)
  expect(await states()).toEqual({ 'by time': ['* OK'], 'by event': ['* Warn'] })
  await datadog.clock.advance(300_000)
  expect(await states()).toEqual({ 'by time': ['* No Data'], 'by event': ['* Warn'] })
})

test('a downtime is returned while it lasts', async () => {
  datadog.play({ monitors: [{ name: 'm', downtimes: [{ scope: ['*'], after: '10s', lasts: '10s' }] }] })
  const inForce = async () => (await list())[0]?.matching_downtimes?.length
  expect(await inForce()).toBe(0)
  await datadog.clock.advance(10_000)
  expect(await inForce()).toBe(1)
  await datadog.clock.advance(10_000)
  expect(await inForce()).toBe(0)
})

test('a new scenario replaces the old one and its pending changes', async () => {
  datadog.play({ monitors: [{ name: 'old', changes: [{ on: 'start', after: '10s', state: 'Alert' }] }] })
  datadog.play({ monitors: [{ name: 'old' }] })
  await datadog.clock.advance(20_000)
  expect(await states()).toEqual({ old: ['* OK'] })
})

test('the simulated Datadog can be controlled over HTTP', async () => {
  const put = await datadog.ask('PUT', '/_slipway/datadog/scenario', { monitors: [{ name: 'm', groups: ['a', 'b'] }] })
  expect(put.json).toEqual({ monitors: 1 })
  const turn = (query: string) => datadog.ask('POST', `/_slipway/datadog/turn?${query}`)
  expect((await turn('monitor=m&state=Alert&group=a')).json).toEqual({ changed: ['a'] })
  expect((await turn('monitor=m&state=Alert')).json).toEqual({ changed: ['b'] })
  expect(await turn('monitor=m&state=Bad')).toMatchObject({ status: 400 })
  expect(await turn('monitor=other&state=OK')).toMatchObject({ status: 404 })
  expect((await datadog.ask('GET', '/_slipway/datadog/monitors')).text).toContain('"overall_state":"Alert"')
  expect(await datadog.ask('GET', '/_slipway/datadog/nonesuch')).toMatchObject({ status: 404 })
})

test.each<[string, unknown, string]>([
  ['an unknown state', { monitors: [{ name: 'm', changes: [{ state: 'Bad' }] }] }, 'monitors.0.changes.0.state'],
  ['a time without a unit', { monitors: [{ name: 'm', changes: [{ state: 'OK', after: '5' }] }] }, 'changes.0.after'],
  ['a member that is none', { monitor: [] }, 'wrong at'],
  ['a monitor without a name', { monitors: [{}] }, 'monitors.0.name'],
])('a scenario with %s is refused by its name', async (_, scenario, where) => {
  expect(() => parseScenario(scenario)).toThrow(where)
  const { status, text } = await datadog.ask('PUT', '/_slipway/datadog/scenario', scenario)
  expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(where) })
})

test("the README's example scenario is valid", () => {
  const readme = readFileSync(new URL('../../../../../actions/datadog-event/README.md', import.meta.url), 'utf8')
  const [, example = ''] = /```yaml\n(# npm run cloud -- --datadog[\s\S]*?)```/.exec(readme) ?? []
  expect(parseScenario(parse(example))).toMatchObject({
    monitors: [
      {
        changes: [
          { after: 20_000, state: 'Warn' },
          { after: 60_000, state: 'Alert' },
        ],
      },
      { name: 'An idea', draft: true },
    ],
    gates: [{ service: 'web', rules: [{ name: 'Errors' }] }],
    faults: [{ times: 3, status: 503 }],
  })
})

test('the example scenario of the rehearsal guide has every member, and is valid', () => {
  const guide = readFileSync(new URL('../../../../../docs/rehearsal.md', import.meta.url), 'utf8')
  const [, example = ''] = /```yaml\n(# npm run cloud -- --datadog[\s\S]*?)```/.exec(guide) ?? []
  const { monitors, gates, ...others } = parseScenario(parse(example))
  expect(Object.keys(others).sort()).toEqual(['evaluationLag', 'faults', 'faultyDeployments'])
  expect(monitors[0]).toMatchObject({ priority: 1, silenced: { 'host:b': 600_000 } })
  expect(gates[0]?.rules.map(({ result }) => result?.status)).toEqual([undefined, undefined, 'fail'])
})

test('an answer says that it comes from a rehearsal', async () => {
  const { headers } = await datadog.ask('GET', '/api/v1/validate')
  expect(headers.get('x-slipway-rehearsal')).toBe('datadog')
})

test('faults affect as many requests as the scenario says, and are in the journal', async () => {
  datadog.play({
    faults: [
      { path: '/api/v1/events', times: 2, status: 429, reset: 3 },
      { path: '/api/v1/events', status: 503 },
    ],
  })
  const post = () => datadog.ask('POST', '/api/v1/events', { title: 't', text: 'x' })
  const statuses = [await post(), await post(), await post(), await post()].map(({ status }) => status)
  expect(statuses).toEqual([429, 429, 503, 202])
  expect(datadog.journal.entries('datadog').map(({ fault }) => fault)).toEqual([true, true, true, undefined])
})

test.each([
  ['before', 0],
  ['after', 1],
  ['midway', 1],
])('a connection that breaks %s the request is carried out', async (breaks, taken) => {
  datadog.play({ faults: [{ breaks }] })
  await expect(datadog.ask('POST', '/api/v1/events', { title: 't', text: 'x' })).rejects.toThrow()
  expect(datadog.journal.entries('datadog').filter(({ event }) => event !== undefined)).toHaveLength(taken)
})
