import { type Rehearsed, rehearsedDatadog } from '../support.ts'

let datadog: Rehearsed
beforeEach(async () => {
  datadog = await rehearsedDatadog()
})
afterEach(() => datadog.close())

const trigger = (attributes: object = {}, type = 'deployment_gates_evaluation_request') =>
  datadog.ask('POST', '/api/v2/deployments/gates/evaluation', {
    data: { type, attributes: { service: 'web', env: 'production', version: 'v2', ...attributes } },
  })
async function triggered(attributes: object = {}): Promise<string> {
  const { status, json } = await trigger(attributes)
  expect(status).toBe(202)
  return (json as { data: { id: string } }).data.id
}
async function result(id: string) {
  const { json } = await datadog.ask('GET', `/api/v2/deployments/gates/evaluation/${id}`)
  const { gate_status, rules } = (json as { data: { attributes: { gate_status: string; rules: readonly object[] } } })
    .data.attributes
  return { gate_status, rules }
}
const inline = (...rules: object[]) => ({ configuration: { rules } })
const MONITORS = { type: 'monitor', name: 'monitors', options: { query: 'service:web', duration: 60 } }
const FAULTY = { type: 'faulty_deployment_detection', name: 'faulty', options: { duration: 120 } }
const rule = (name: string, status: string, more: object = {}) => ({ name, status, dry_run: false, ...more })

test('a gate passes once all its rules have', async () => {
  datadog.play({
    monitors: [{ name: 'errors', tags: ['service:web'] }],
    gates: [
      {
        service: 'web',
        env: 'production',
        rules: [
          { type: 'monitor', name: 'monitors', query: 'service:web', duration: '1m' },
          { type: 'faulty_deployment_detection', name: 'faulty', duration: '2m' },
        ],
      },
    ],
  })
  const id = await triggered()
  expect(await result(id)).toEqual({
    gate_status: 'in_progress',
    rules: [rule('monitors', 'in_progress'), rule('faulty', 'in_progress')],
  })
  await datadog.clock.advance(60_000)
  expect(await result(id)).toEqual({
    gate_status: 'in_progress',
    rules: [rule('monitors', 'pass'), rule('faulty', 'in_progress')],
  })
  await datadog.clock.advance(60_000)
  expect(await result(id)).toEqual({ gate_status: 'pass', rules: [rule('monitors', 'pass'), rule('faulty', 'pass')] })
  expect(datadog.journal.entries('gate')).toEqual([
    expect.objectContaining({ evaluation: id, status: 'pass', service: 'web', env: 'production', version: 'v2' }),
  ])
})

test('answers as Datadog does', async () => {
  const { status, json } = await trigger(inline(MONITORS))
  const id = (json as { data: { id: string } }).data.id
  expect(status).toBe(202)
  expect(json).toEqual({
    data: {
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      type: 'deployment_gates_evaluation_response',
      attributes: { evaluation_id: id },
    },
  })
  expect((await datadog.ask('GET', `/api/v2/deployments/gates/evaluation/${id}`)).json).toMatchObject({
    data: {
      id,
      type: 'deployment_gates_evaluation_result_response',
      attributes: {
        dry_run: false,
        evaluation_id: id,
        evaluation_url: expect.stringContaining(id),
        gate_id: expect.any(String),
        gate_status: 'in_progress',
      },
    },
  })
})

test('a monitor that alerts for a moment fails the gate', async () => {
  datadog.play({ monitors: [{ name: 'errors', tags: ['service:web'] }] })
  const id = await triggered(inline(MONITORS))
  await datadog.clock.advance(10_000)
  await datadog.ask('POST', '/_slipway/datadog/turn?monitor=errors&state=Alert')
  await datadog.ask('POST', '/_slipway/datadog/turn?monitor=errors&state=OK')
  expect(await result(id)).toEqual({
    gate_status: 'fail',
    rules: [rule('monitors', 'fail', { reason: expect.stringContaining('errors') })],
  })
})

test.each<[string, object[], string]>([
  ['no monitor matches', [{ name: 'm', tags: ['service:api'] }], 'fail'],
  ['51 monitors match', Array.from({ length: 51 }, (_, i) => ({ name: `m${i}`, tags: ['service:web'] })), 'fail'],
  ['50 monitors match', Array.from({ length: 50 }, (_, i) => ({ name: `m${i}`, tags: ['service:web'] })), 'pass'],
  ['a monitor has no data', [{ name: 'm', tags: ['service:web'], groups: { '*': 'No Data' } }], 'fail'],
  ['a monitor warns', [{ name: 'm', tags: ['service:web'], groups: { '*': 'Warn' } }], 'pass'],
  [
    'the only alert is muted',
    [
      { name: 'm', tags: ['service:web'], groups: { '*': 'Alert' }, silenced: ['*'] },
      { name: 'n', tags: ['service:web'] },
    ],
    'pass',
  ],
])('where %s, a rule of monitors ends so: %j', async (_, monitors, status) => {
  datadog.play({ monitors })
  const id = await triggered(inline(MONITORS))
  await datadog.clock.advance(60_000)
  expect(await result(id)).toMatchObject({ gate_status: status })
})

test('a rule of monitors without a duration is decided at once', async () => {
  datadog.play({ monitors: [{ name: 'm', tags: ['service:web'] }] })
  const id = await triggered(inline({ ...MONITORS, options: { query: 'service:web' } }))
  await datadog.clock.advance(0)
  expect(await result(id)).toMatchObject({ gate_status: 'pass' })
})

test.each<[object, object, string]>([
  [{ version: 'v2', after: '30s' }, {}, 'fail'],
  [{ version: 'v2', after: '30s', service: 'web', env: 'production' }, {}, 'fail'],
  [{ version: 'v2', after: '30s', env: 'stage' }, {}, 'pass'],
  [{ version: 'v1', after: '30s' }, {}, 'pass'],
  [{ version: 'v2', after: '5m' }, {}, 'pass'],
  [{ version: 'v1' }, { version: undefined }, 'fail'],
])('with the faulty deployment %j, a gate of %j ends so: %s', async (faulty, attributes, status) => {
  datadog.play({ faultyDeployments: [faulty] })
  const id = await triggered({ ...inline(FAULTY), ...attributes })
  await datadog.clock.advance(120_000)
  expect(await result(id)).toMatchObject({ gate_status: status })
})

test('dry runs pass, and a rule in dry run does not fail its gate', async () => {
  const failing = { ...MONITORS, options: { query: 'service:none' } }
  const gate = await triggered({ configuration: { dry_run: true, rules: [failing] } })
  const one = await triggered(inline({ ...failing, dry_run: true }))
  await datadog.clock.advance(0)
  expect(await result(gate)).toMatchObject({ gate_status: 'pass' })
  expect(await result(one)).toMatchObject({ gate_status: 'pass', rules: [{ status: 'pass', dry_run: true }] })
})

test('a scenario decides a rule, at its time and for its reason', async () => {
  const decided = { status: 'fail', after: '20s', reason: 'Latency of v2 is 4 times that of v1.' }
  datadog.play({
    gates: [
      {
        service: 'web',
        env: 'production',
        identifier: 'after',
        rules: [{ type: 'faulty_deployment_detection', name: 'faulty', result: decided }],
      },
    ],
  })
  const id = await triggered({ identifier: 'after' })
  await datadog.clock.advance(19_999)
  expect(await result(id)).toMatchObject({ gate_status: 'in_progress' })
  await datadog.clock.advance(1)
  expect(await result(id)).toEqual({ gate_status: 'fail', rules: [rule('faulty', 'fail', { reason: decided.reason })] })
})

test('a test decides an evaluation over HTTP', async () => {
  const id = await triggered(inline(MONITORS, FAULTY))
  const decide = (query: string) => datadog.ask('POST', `/_slipway/datadog/decide?${query}`)
  expect((await decide('rule=monitors&status=pass')).json).toEqual({ evaluation: id, decided: ['monitors'] })
  expect(await result(id)).toMatchObject({ gate_status: 'in_progress' })
  expect((await decide(`evaluation=${id}&status=fail&reason=errors`)).json).toEqual({
    evaluation: id,
    decided: ['faulty'],
  })
  expect(await result(id)).toEqual({
    gate_status: 'fail',
    rules: [rule('monitors', 'pass'), rule('faulty', 'fail', { reason: 'errors' })],
  })
  expect((await decide('status=maybe')).status).toBe(400)
  expect((await decide('status=pass')).status).toBe(404)
  expect((await datadog.ask('GET', '/_slipway/datadog/evaluations')).json).toEqual([
    expect.objectContaining({ id, service: 'web', gate_status: 'fail' }),
  ])
})

test('an evaluation is not found until the lag of the scenario is over', async () => {
  datadog.play({ evaluationLag: '3s' })
  const id = await triggered(inline(MONITORS))
  const status = async () => (await datadog.ask('GET', `/api/v2/deployments/gates/evaluation/${id}`)).status
  expect(await status()).toBe(404)
  await datadog.clock.advance(3000)
  expect(await status()).toBe(200)
})

test.each<[string, () => ReturnType<typeof trigger>, number, string]>([
  ['no environment', () => trigger({ env: '' }), 400, 'required env field is missing'],
  ['no service', () => trigger({ service: undefined }), 400, 'required service field is missing'],
  ['another type', () => trigger({}, 'x'), 400, 'got type "x" expected one of "deployment_gates_evaluation_request"'],
  ['an unknown gate', () => trigger(), 404, 'no gate found for service web, env production, and identifier default'],
  ['no rules', () => trigger(inline()), 400, 'invalid configuration'],
  [
    'an unknown kind of rule',
    () => trigger(inline(MONITORS, { type: 'moniyor', name: 'x' })),
    400,
    'invalid configuration: invalid rule at index 1: invalid rule type: moniyor',
  ],
  ['a rule without a name', () => trigger(inline({ ...FAULTY, name: undefined })), 400, 'invalid rule at index 0'],
  ['a rule of no monitors', () => trigger(inline({ ...MONITORS, options: {} })), 400, 'invalid rule at index 0'],
  ['3 hours', () => trigger(inline({ ...FAULTY, options: { duration: 10800 } })), 400, 'invalid rule at index 0'],
  ['a bad query', () => trigger(inline({ ...MONITORS, options: { query: '(' } })), 400, 'invalid rule at index 0'],
  [
    'resources both allowed and excluded',
    () => trigger(inline({ ...FAULTY, options: { allowed_resources: ['a'], excluded_resources: ['b'] } })),
    400,
    'invalid rule at index 0',
  ],
])('refuses %s', async (_, ask, expected, detail) => {
  const { status, json } = await ask()
  expect({ status, json }).toEqual({
    status: expected,
    json: { errors: [expect.objectContaining({ status: String(expected), detail: expect.stringContaining(detail) })] },
  })
})

test.each([
  ['not-a-valid-id', 400, 'attribute "id" Invalid id'],
  [
    '00000000-0000-0000-0000-000000000000',
    404,
    'gate evaluation with id 00000000-0000-0000-0000-000000000000 not found',
  ],
])('answers for the evaluation %s with %i', async (id, expected, detail) => {
  const { status, json } = await datadog.ask('GET', `/api/v2/deployments/gates/evaluation/${id}`)
  expect({ status, json }).toEqual({ status: expected, json: { errors: [expect.objectContaining({ detail })] } })
})
