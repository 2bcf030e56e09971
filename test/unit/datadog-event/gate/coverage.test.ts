// What the gate does with monitors that it cannot judge, beside others that it can: it judges these for the whole time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RECORD } from '../../../support/datadog-event/datadog.ts'
import { gateRunner, quiet } from '../../../support/datadog-event/gate.ts'
import { type GroupStates, monitorOf, monitorPages } from '../../../support/datadog-event/monitors.ts'
import { answerJson, type Script } from '../../../support/scripted-server.ts'

const T0 = Date.UTC(2026, 0, 1) / 1000
const folder = mkdtempSync(join(tmpdir(), 'slipway-coverage-'))
const { run, before, gate, close } = gateRunner(folder)
afterEach(close)
afterAll(() => rmSync(folder, { recursive: true }))

const MUTED = { options: { silenced: { '*': null } } }
const record = JSON.stringify({ ...RECORD, startedAt: new Date(T0 * 1000 - 60_000).toISOString() })
/** `web` has a monitor, `api` has what is given; `look` counts the requests of each. */
const services =
  (web: (look: number) => readonly object[], api: (look: number) => readonly object[] | number): Script =>
  ({ query }, response) => {
    const name = query.get('monitor_tags')?.includes('service:api') ? 'api' : 'web'
    looks[name] = (looks[name] ?? -1) + 1
    const answer = (name === 'api' ? api : web)(looks[name])
    if (typeof answer === 'number') return answerJson(response, answer, { errors: ['no'] })
    answerJson(response, 200, answer)
  }
let looks: Record<string, number> = {}
beforeEach(() => {
  looks = {}
})
const ok = () => [monitorOf(1, { '*': ['OK'] })]
const alertFrom = (first: number) => (look: number) => [
  monitorOf(1, { '*': look < first ? ['OK'] : ['Alert', T0 + 60] }),
]
const both = (script: Script, inputs: Record<string, string> = {}) =>
  run({ command: 'gate', service: 'web, api', 'deploy-record': record, 'bake-time': '5m', ...inputs }, script)

describe.each(['fail', 'warn'])('with on-no-monitors: %s', (onNoMonitors) => {
  const inputs = { 'on-no-monitors': onNoMonitors }

  test('fails on a new alert of one service, minutes after the other was found to have no monitor', async () => {
    const { failure, outputs, warnings } = await both(
      services(alertFrom(5), () => []),
      inputs,
    )
    expect(failure?.message).toContain('“Monitor 1” is newly in Alert')
    expect(outputs['verdict']).toBe('fail')
    expect(warnings.join()).toContain('No monitor has the tags `service:api`, `env:production`')
  })

  test('fails on an alert after a first poll in which all monitors were muted', async () => {
    const { failure, outputs } = await gate(
      monitorPages((look) => [
        monitorOf(1, { '*': look === 0 ? ['OK'] : ['Alert', T0 + 30] }, look === 0 ? MUTED : {}),
      ]),
      inputs,
    )
    expect(failure?.message).toContain('“Monitor 1” is newly in Alert')
    expect(outputs['verdict']).toBe('fail')
  })

  test('gives the verdict unknown at the end of the bake time when one service was not judged', async () => {
    const { failure, outputs, warnings, clock } = await both(
      services(ok, () => []),
      inputs,
    )
    expect(outputs['verdict']).toBe('unknown')
    expect(outputs['reason']).toBe(
      'No monitor has the tags `service:api`, `env:production`. No other monitor got worse in 5 min.',
    )
    expect(clock.now() / 1000 - T0).toBe(300)
    expect(failure === undefined).toBe(onNoMonitors === 'warn')
    expect(`${failure?.message}${warnings.join()}`).toContain('`service:api`')
  })
})

test('a service whose monitors are all muted is not judged, whatever the other services have', async () => {
  const { outputs, warnings, failure } = await both(
    services(ok, () => [monitorOf(2, { '*': ['OK'] }, MUTED)]),
    { 'on-no-monitors': 'warn' },
  )
  expect({ failure, verdict: outputs['verdict'] }).toEqual({ failure: undefined, verdict: 'unknown' })
  expect(warnings.join()).toContain('Every monitor with the tags `service:api`, `env:production` is muted')
})

test('passes when a monitor of the other service appears while the gate watches', async () => {
  const { failure, outputs, warnings } = await both(
    services(ok, (look) => (look < 4 ? [] : [monitorOf(2, { '*': ['OK'] })])),
  )
  expect({ failure, warnings, verdict: outputs['verdict'] }).toEqual({
    failure: undefined,
    warnings: [],
    verdict: 'pass',
  })
})

test('does not pass in the first poll that shows a monitor: consecutive polls must agree on it', async () => {
  const { outputs, clock } = await both(services(ok, (look) => (look < 10 ? [] : [monitorOf(2, { '*': ['OK'] })])))
  expect(outputs['verdict']).toBe('pass')
  expect(clock.now() / 1000 - T0).toBe(330)
})

test('judges the monitors that it can read while those of another service cannot be read', async () => {
  const { failure, outputs } = await both(services(alertFrom(3), () => 503))
  expect(failure?.message).toContain('“Monitor 1” is newly in Alert')
  expect(outputs['verdict']).toBe('fail')
})

test('a first service that does not answer leaves time to read the second one', async () => {
  const { failure } = await both(
    services(() => [], alertFrom(2)),
    { service: 'api, web', 'on-no-monitors': 'warn' },
  )
  expect(failure?.message).toContain('newly in Alert')
  const slow = await both(
    services(alertFrom(2), () => 503),
    { service: 'api, web', timeout: '20s' },
  )
  expect(slow.failure?.message).toContain('newly in Alert')
})

test('warns of a monitor that was deleted or muted while the gate watched, and judges the others', async () => {
  const { outputs, warnings, failure } = await gate(
    monitorPages((look) => [
      monitorOf(1, { '*': ['OK'] }),
      monitorOf(2, { '*': ['OK'] }, look > 3 ? MUTED : {}),
      ...(look > 3 ? [] : [monitorOf(3, { '*': ['OK'] })]),
    ]),
  )
  expect({ failure, verdict: outputs['verdict'] }).toEqual({ failure: undefined, verdict: 'pass' })
  expect(warnings.join()).toContain('“Monitor 2” is muted now')
  expect(warnings.join()).toContain('“Monitor 3” is gone')
})

test('fails on an alert of a monitor that is created while the gate watches', async () => {
  const { failure, outputs } = await gate(
    monitorPages((look) => [
      monitorOf(1, { '*': ['OK'] }),
      ...(look < 4 ? [] : [monitorOf(2, { '*': ['Alert', T0 + 150] })]),
    ]),
  )
  expect(failure?.message).toContain('“Monitor 2” is newly in Alert')
  expect(outputs['verdict']).toBe('fail')
})

test('warns of a monitor whose definition was edited after the baseline, and judges it as it is', async () => {
  const of = (query: string, groups: GroupStates = { '*': ['OK'] }) => [
    monitorOf(1, groups, { query, options: { silenced: {}, thresholds: { critical: 5 } } }),
  ]
  const before = monitorPages(() => of('avg(last_5m):errors > 5'))
  const { outputs, warnings } = await gate(
    monitorPages((look) => of(look < 4 ? 'avg(last_5m):errors > 5' : 'avg(last_5m):errors > 500')),
    {},
    before,
  )
  expect(outputs['verdict']).toBe('pass')
  expect(warnings).toEqual(['Edited since the baseline, and judged as they are now: “Monitor 1”.'])
  const same = await gate(
    monitorPages(() => of('avg(last_5m):errors > 5', { '*': ['Alert', T0 + 20] })),
    {},
    before,
  )
  expect({ verdict: same.outputs['verdict'], warnings: same.warnings }).toEqual({ verdict: 'fail', warnings: [] })
})

test('goes on when monitors that were in the baseline are gone for a while', async () => {
  const { failure, outputs } = await gate(
    monitorPages((look) => (look < 4 ? [] : [monitorOf(1, { '*': ['Alert', T0 + 100] })])),
  )
  expect(failure?.message).toContain('newly in Alert')
  expect(outputs['verdict']).toBe('fail')
})

test('ends after consecutive polls when there is no monitor at all, and was none before', async () => {
  const none = monitorPages(() => [])
  const { outputs, seconds, failure } = await gate(none, { 'on-no-monitors': 'warn' }, none, {
    'on-no-monitors': 'warn',
  })
  expect({ failure, verdict: outputs['verdict'], seconds }).toEqual({
    failure: undefined,
    verdict: 'unknown',
    seconds: 30,
  })
})

test('says that a muted group is in Alert in the reason of a pass', async () => {
  const { outputs } = await gate(
    monitorPages(() => [
      monitorOf(1, { 'host:a': ['Alert', T0 + 20], 'host:b': ['OK'] }, { options: { silenced: { 'host:a': null } } }),
    ]),
  )
  expect(outputs['reason']).toBe(
    'No monitor got worse in 5 min. Shown only: “Monitor 1” (host:a), muted, is newly in Alert.',
  )
})

describe('when Datadog stops to answer in the middle', () => {
  const down: Script = (_, response) => answerJson(response, 503, { errors: ['down'] })
  const forbidden: Script = (_, response) => answerJson(response, 403, { errors: ['Forbidden'] })
  /** Monitors for so many requests, and what follows. */
  const then = (requests: number, first: Script, after: Script): Script => {
    let count = 0
    return (seen, response, n) => (count++ < requests ? first : after)(seen, response, n)
  }
  const plan = { 'bake-time': '2m', prolong: '1m', interval: '10s', timeout: '5s' }

  test('the step fails when the last poll showed an alert that no second poll could confirm', async () => {
    const { failure, outputs } = await gate(
      then(
        1,
        monitorPages(() => [monitorOf(1, { '*': ['Alert', T0 + 20] })]),
        down,
      ),
      plan,
    )
    expect(outputs['verdict']).toBe('unknown')
    expect(failure?.message).toContain('“Monitor 1” is newly in Alert in the last poll that Datadog answered')
  })

  test('the step fails when the last poll showed a warning that holds the gate', async () => {
    const { failure } = await gate(
      then(
        1,
        monitorPages(() => [monitorOf(1, { '*': ['Warn', T0 + 20] })]),
        down,
      ),
      plan,
    )
    expect(failure?.message).toContain('newly in Warn in the last poll that Datadog answered')
  })

  test('a refusal after a poll that succeeded does not end the gate', async () => {
    let count = 0
    const { failure, outputs } = await gate((seen, response, n) => {
      count++
      if (count === 2) return forbidden(seen, response, n)
      const group = count < 5 ? (['OK'] as const) : (['Alert', T0 + 60] as const)
      answerJson(response, 200, [monitorOf(1, { '*': group })])
    }, plan)
    expect(failure?.message).toContain('newly in Alert')
    expect(outputs['verdict']).toBe('fail')
  })

  test('too few polls in time are unknown, not a failure of the deploy', async () => {
    const { baseline, clock } = await before()
    const start = clock.now()
    const { failure, outputs, warnings } = await run(
      { command: 'gate', baseline, 'bake-time': '1m', prolong: '0s', interval: '10s', timeout: '5s' },
      (seen, response, n) => (clock.now() < start + 55_000 ? down : quiet)(seen, response, n),
      clock,
    )
    expect({ failure, verdict: outputs['verdict'] }).toEqual({ failure: undefined, verdict: 'unknown' })
    expect(warnings.join()).toContain('Only one poll showed all monitors in 1 min, and 2 must agree.')
  })
})

test('an answer with entries that cannot be read is no crash', async () => {
  const { outputs } = await gate((_, response) =>
    answerJson(response, 200, [
      monitorOf(1, { '*': ['OK'] }),
      {
        id: 2,
        name: 'odd',
        overall_state: 'OK',
        state: { groups: { a: null, b: 'x', c: { status: 'OK' } } },
        matching_downtimes: [null],
      },
      null,
    ]),
  )
  expect(outputs['verdict']).toBe('pass')
})

test('a baseline keeps the monitors that could be read, and warns of the service that could not', async () => {
  const { outputs, warnings, clock } = await both(
    services(
      () => [monitorOf(1, { '*': ['Alert', T0 - 60] })],
      () => 403,
    ),
    { command: 'baseline' },
  )
  expect(warnings.join()).toContain('`service:api`')
  const after = await run(
    { command: 'gate', service: 'web, api', baseline: String(outputs['baseline']) },
    services(() => [monitorOf(1, { '*': ['Alert', T0 - 60] })], ok),
    clock,
  )
  expect(after.outputs['verdict']).toBe('pass')
})
