// `command: baseline` and `command: gate`, whole, on a clock of our own and a real HTTP server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import { API_KEY, APP_KEY, RECORD } from '../../../support/datadog-event/datadog.ts'
import { gateRunner, quiet } from '../../../support/datadog-event/gate.ts'
import { monitorOf, monitorPages } from '../../../support/datadog-event/monitors.ts'
import { answerJson, type Script } from '../../../support/scripted-server.ts'

const T0 = Date.UTC(2026, 0, 1) / 1000
const folder = mkdtempSync(join(tmpdir(), 'slipway-gate-'))
const { run, before, gate, close } = gateRunner(folder)
afterEach(close)
afterAll(() => rmSync(folder, { recursive: true }))

test('the baseline asks for all groups of the tagged monitors, with both keys', async () => {
  const { seen, failure, outputs, lines } = await run({ command: 'baseline' }, quiet)
  expect(failure).toBeUndefined()
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({
    method: 'GET',
    path: '/api/v1/monitor',
    headers: { 'dd-api-key': API_KEY, 'dd-application-key': APP_KEY },
  })
  expect(Object.fromEntries(seen[0]?.query ?? [])).toEqual({
    monitor_tags: 'service:web,env:production',
    group_states: 'all',
    with_downtimes: 'true',
    page: '0',
    page_size: '100',
  })
  expect(JSON.parse(readFileSync(String(outputs['baseline']), 'utf8'))).toMatchObject({
    schema: 1,
    takenAt: T0 * 1000,
    queries: [['service:web', 'env:production']],
    monitors: [{ id: 1, counts: { OK: 2 }, notable: [] }],
  })
  expect(lines.join()).not.toMatch(new RegExp(`${API_KEY}|${APP_KEY}`))
})

test('passes at the end of the bake time when no monitor got worse', async () => {
  const { failure, outputs, seconds, summaries } = await gate(quiet, { 'bake-time': '2m', interval: '50s' })
  expect(failure).toBeUndefined()
  expect(outputs).toMatchObject({ verdict: 'pass', 'triggered-monitors': [] })
  expect(seconds).toBe(120)
  expect(summaries.join()).toContain('✅ Monitor gate: pass')
  expect(summaries.join()).toMatch(/\| Monitor 1 \| OK 2 \| OK 2 \|/)
})

test.each([
  ['5m', 11, 300],
  ['1h', 121, 3600],
  ['20s', 11, 20],
  ['3s', 4, 3],
])('with a bake time of %s and no interval, it looks %d times', async (bake, looks, lasts) => {
  const { seen, seconds, outputs } = await gate(quiet, { 'bake-time': bake })
  expect({ looks: seen.length, seconds, verdict: outputs['verdict'] }).toEqual({
    looks,
    seconds: lasts,
    verdict: 'pass',
  })
})

test('a new alert fails the gate once it is confirmed, and says where', async () => {
  const { failure, outputs, seconds, summaries } = await gate(
    monitorPages((look) => [monitorOf(1, { 'host:a': ['OK'], 'host:b': look < 2 ? ['OK'] : ['Alert', T0 + 60] })]),
  )
  expect(failure?.message).toContain('“Monitor 1” (host:b) is newly in Alert')
  expect(outputs['verdict']).toBe('fail')
  expect(outputs['triggered-monitors']).toEqual([
    { id: 1, name: 'Monitor 1', url: '', groups: [{ group: 'host:b', state: 'Alert', before: 'OK' }], groupCount: 1 },
  ])
  expect(seconds).toBe(90)
  expect(summaries.join()).toContain('| Monitor 1 | `host:b` | OK | Alert | fails the gate |')
})

test('ignores an alert from before the deploy', async () => {
  const old = monitorPages(() => [monitorOf(1, { 'host:a': ['Alert', T0 - 500] }, { overall_state: 'Alert' })])
  const { outputs, failure } = await gate(old, {}, old)
  expect({ failure, verdict: outputs['verdict'] }).toEqual({ failure: undefined, verdict: 'pass' })
})

test('a warning prolongs the gate until it is over', async () => {
  const { outputs, seconds } = await gate(
    monitorPages((look) => [monitorOf(1, { a: look >= 8 && look < 12 ? ['Warn', T0 + 250] : ['OK'] })]),
  )
  expect(outputs['verdict']).toBe('pass')
  // 5 min end with look 10, in Warn; looks 12 and 13 are clear.
  expect(seconds).toBe(390)
})

test('a warning that lasts fails the gate at the end of the prolonging', async () => {
  const { failure, outputs, seconds } = await gate(
    monitorPages(() => [monitorOf(1, { a: ['Warn', T0 + 20] })]),
    { 'bake-time': '1m', prolong: '45s' },
  )
  expect(failure?.message).toContain('is newly in Warn, and did not recover')
  expect(outputs['verdict']).toBe('fail')
  expect(seconds).toBe(105)
})

test('shows muted groups, without effect on the gate', async () => {
  const { outputs, summaries } = await gate(
    monitorPages(() => [
      monitorOf(1, { 'host:a': ['Alert', T0 + 20], 'host:b': ['OK'] }, { options: { silenced: { 'host:a': null } } }),
    ]),
  )
  expect(outputs).toMatchObject({ verdict: 'pass', 'triggered-monitors': [] })
  expect(summaries.join()).toContain('| Monitor 1 | `host:a` | OK | Alert | muted: shown only |')
  expect(summaries.join()).toContain('| 1 of 2 muted |')
})

test.each([
  ['fail', 'bad'],
  ['warn', 'good'],
])('no monitor at all, with on-no-monitors: %s', async (onNoMonitors, ending) => {
  for (const command of ['baseline', 'gate']) {
    const { failure, warnings, outputs } = await run(
      { command, 'on-no-monitors': onNoMonitors, 'deploy-record': JSON.stringify(RECORD) },
      monitorPages(() => []),
    )
    expect(failure === undefined ? 'good' : 'bad').toBe(ending)
    expect(`${failure?.message}${warnings.join()}`).toContain('No monitor has the tags `service:web`, `env:production`')
    if (command === 'gate') expect(outputs['verdict']).toBe('unknown')
  }
})

test('reports a service without monitors beside one with monitors', async () => {
  const { failure, outputs } = await run(
    { command: 'gate', service: 'web, worker', 'deploy-record': JSON.stringify(RECORD) },
    ({ query }, response) =>
      answerJson(response, 200, query.get('monitor_tags')?.includes('worker') ? [] : [monitorOf(1, { a: ['OK'] })]),
  )
  expect(failure?.message).toContain('`service:worker`')
  expect(outputs['verdict']).toBe('unknown')
})

test('reports that all monitors are muted', async () => {
  const { failure, outputs } = await gate(
    monitorPages(() => [monitorOf(1, { a: ['OK'] }, { matching_downtimes: [{ id: 1, scope: ['*'] }] })]),
  )
  expect(failure?.message).toContain('Every monitor with the tags `service:web`, `env:production` is muted.')
  expect(outputs['verdict']).toBe('unknown')
})

const down: Script = (_, response) => answerJson(response, 503, { errors: ['down'] })
const forbidden: Script = (_, response) => answerJson(response, 403, { errors: ['Forbidden'] })

test('gives the verdict unknown when Datadog is down all the time: a warning by default, within the time limit', async () => {
  const inputs = { 'bake-time': '1m', prolong: '30s', timeout: '20s' }
  const { failure, outputs, warnings, seconds } = await gate(down, inputs)
  expect({ failure, verdict: outputs['verdict'] }).toEqual({ failure: undefined, verdict: 'unknown' })
  expect(warnings.join()).toContain('could not decide')
  expect(seconds).toBeLessThanOrEqual(60 + 30 + 20)
  expect((await gate(down, { ...inputs, 'on-error': 'fail' })).failure?.message).toContain('could not decide')
})

test('ends the gate at once on a wrong key', async () => {
  const { outputs, seconds, warnings } = await gate(forbidden)
  expect({ verdict: outputs['verdict'], seconds }).toEqual({ verdict: 'unknown', seconds: 0 })
  expect(warnings.join()).toContain('monitors_read')
})

test('passes when Datadog recovers in time', async () => {
  let count = 0
  const { outputs, warnings } = await gate((seen, response, n) => (count++ < 10 ? down : quiet)(seen, response, n))
  expect({ verdict: outputs['verdict'], warnings }).toEqual({ verdict: 'pass', warnings: [] })
})

test('asks again after an incomplete or invalid answer', async () => {
  let count = 0
  const { outputs } = await gate((seen, response, n) => {
    count++
    if (count === 1) return void response.writeHead(200).end('[{"id":1')
    if (count === 2) return answerJson(response, 200, { monitors: [] })
    return quiet(seen, response, n)
  })
  expect(outputs['verdict']).toBe('pass')
})

test('uses Datadog’s own times where the baseline is missing', async () => {
  const { outputs, warnings, clock } = await run({ command: 'baseline', timeout: '5s' }, down)
  expect(warnings).toHaveLength(1)
  const found = await run(
    { command: 'gate', baseline: String(outputs['baseline']), consecutive: '1' },
    monitorPages(() => [monitorOf(1, { old: ['Alert', T0 - 100], fresh: ['Alert', T0 + 100] })]),
    clock,
  )
  expect(found.failure?.message).toContain('(fresh) is newly in Alert')
  expect(found.failure?.message).not.toContain('old')
})

test('compares with the start of the deploy where there is no baseline', async () => {
  const since = Date.parse(RECORD.startedAt) / 1000
  const { failure } = await run(
    { command: 'gate', service: '', env: '', 'deploy-record': JSON.stringify(RECORD), consecutive: '1' },
    monitorPages(() => [monitorOf(1, { old: ['Alert', since - 100], fresh: ['Alert', since + 100] })]),
  )
  expect(failure?.message).toContain('(fresh) is newly in Alert')
})

test('reads all pages, and each monitor once', async () => {
  const many = Array.from({ length: 250 }, (_, i) => monitorOf(i, { a: ['OK'] }))
  const { seen, outputs } = await run(
    { command: 'baseline' },
    monitorPages(() => many),
  )
  expect(seen.map(({ query }) => query.get('page'))).toEqual(['0', '1', '2'])
  expect(JSON.parse(readFileSync(String(outputs['baseline']), 'utf8')).monitors).toHaveLength(250)
})

test('dry-run shows the requests', async () => {
  const { seen, lines } = await run({ command: 'baseline', 'dry-run': 'true' }, quiet)
  expect(seen).toEqual([])
  expect(lines.join('\n')).toContain('DD-APPLICATION-KEY: ***')
})

test('refuses bad input before it asks Datadog anything', async () => {
  const { baseline, clock } = await before()
  const { failure, seen } = await run({ command: 'gate', baseline, service: 'other' }, quiet, clock)
  expect(failure).toMatchObject({ input: 'baseline', hint: expect.stringContaining('same `service`') })
  expect(failure).toBeInstanceOf(InputError)
  expect(seen).toEqual([])
})
