import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
})
afterEach(() => datadog.close())

const only = async (query = 'group_states=all&with_downtimes=true') => {
  const { json } = await datadog.ask('GET', `/api/v1/monitor?${query}`)
  return (json as readonly Record<string, unknown>[])[0]
}
const seconds = () => Math.floor(datadog.clock.now() / 1000)

test('a monitor without more has no priority and is published', async () => {
  datadog.play({ monitors: [{ name: 'm' }] })
  expect(await only()).toMatchObject({
    type: 'query alert',
    priority: null,
    draft_status: 'published',
    restricted_roles: null,
    deleted: null,
    options: { silenced: {} },
    matching_downtimes: [],
  })
})

test('a scenario sets the type, the priority and a draft', async () => {
  datadog.play({ monitors: [{ name: 'm', type: 'log alert', priority: 2, draft: true, groups: { a: 'Alert' } }] })
  expect(await only()).toMatchObject({
    type: 'log alert',
    priority: 2,
    draft_status: 'draft',
    overall_state: 'Alert',
    state: { groups: { a: { status: 'Alert' } } },
  })
})

test.each([{ priority: 0 }, { priority: 6 }, { draft: 'yes' }, { type: 'metric' }])(
  'a scenario with %j is refused',
  async (wrong) => {
    const { status, text } = await datadog.ask('PUT', '/_slipway/datadog/scenario', {
      monitors: [{ name: 'm', ...wrong }],
    })
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining(Object.keys(wrong)[0] ?? '') })
  },
)

test('a mute has the end that the scenario gives it', async () => {
  const now = seconds()
  datadog.play({
    monitors: [{ name: 'm', groups: ['host:a', 'host:b'], silenced: { 'host:a': '10m', 'host:b': null } }],
  })
  expect(await only()).toMatchObject({ options: { silenced: { 'host:a': now + 600, 'host:b': null } } })
  await datadog.clock.advance(600_000)
  expect(await only()).toMatchObject({ options: { silenced: { 'host:b': null } } })
})

test("a monitor's own downtime is in `silenced` too, with its end", async () => {
  const now = seconds()
  datadog.play({
    monitors: [{ name: 'm', groups: ['host:a', 'host:b'], downtimes: [{ scope: ['host:a'], lasts: '1h' }] }],
  })
  expect(await only()).toMatchObject({
    options: { silenced: { 'host:a': now + 3600 } },
    matching_downtimes: [
      { id: 501, active: true, monitor_id: 1001, start: now, end: now + 3600, scope: ['host:a'], groups: ['host:a'] },
    ],
  })
  expect(await only('')).not.toHaveProperty('matching_downtimes')
  await datadog.clock.advance(3600_000)
  expect(await only()).toMatchObject({ options: { silenced: {} }, matching_downtimes: [] })
})

test('a downtime of tags is in no `silenced`', async () => {
  datadog.play({
    monitors: [{ name: 'm', groups: ['host:a', 'host:b'], downtimes: [{ scope: ['*'], tags: ['team:web'] }] }],
  })
  expect(await only()).toMatchObject({
    options: { silenced: {} },
    matching_downtimes: [{ monitor_id: null, end: null, scope: ['*'], groups: ['host:a', 'host:b'] }],
  })
})

test('the time of the overall state is that of its last change', async () => {
  datadog.play({ monitors: [{ name: 'm', groups: { a: 'Alert', b: 'OK' } }] })
  const before = await only()
  await datadog.clock.advance(60_000)
  await datadog.ask('POST', '/_slipway/datadog/turn?monitor=m&group=b&state=Warn')
  expect(await only()).toMatchObject({ overall_state_modified: before?.['overall_state_modified'] })
  await datadog.ask('POST', '/_slipway/datadog/turn?monitor=m&state=OK')
  expect(await only()).toMatchObject({
    overall_state: 'OK',
    overall_state_modified: new Date(seconds() * 1000).toISOString().replace('Z', '+00:00'),
    modified: before?.['modified'],
  })
})

test('unknown group states are refused in the words of Datadog', async () => {
  const { status, json } = await datadog.ask('GET', '/api/v1/monitor?group_states=notagroupstate')
  expect({ status, json }).toEqual({ status: 400, json: { errors: ['Invalid group_state filters.'] } })
})

test('monitors are found by name, and after an id', async () => {
  datadog.play({ monitors: [{ name: 'errors of web' }, { name: 'Latency of web' }, { name: 'latency of api' }] })
  const names = async (query: string) =>
    ((await datadog.ask('GET', `/api/v1/monitor?${query}`)).json as readonly { name: string }[]).map(({ name }) => name)
  expect(await names('name=latency')).toEqual(['Latency of web', 'latency of api'])
  expect(await names('id_offset=1001&page_size=1')).toEqual(['Latency of web'])
})
