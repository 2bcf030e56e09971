// `command: deployment-gate`, whole, on a clock of the test and a real HTTP server.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeError } from '../../../../toolkit/errors.ts'
import { FakeClock } from '../../../support/clock.ts'
import { API_KEY, APP_KEY, RECORD } from '../../../support/datadog-event/datadog.ts'
import { gateRunner } from '../../../support/datadog-event/gate.ts'
import { answerJson, type Script } from '../../../support/scripted-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-deployment-gate-'))
const { run, close } = gateRunner(folder)
afterEach(close)
afterAll(() => rmSync(folder, { recursive: true }))

interface Said {
  readonly status: string
  readonly rules?: readonly object[]
  readonly dryRun?: boolean
}
const RULE = { name: 'Errors', status: 'pass', dry_run: false }
const url = 'https://app.datadoghq.com/ci/deployment-gates/evaluations?query=1'

/** Answers the result number `poll` of the service, or with an error status. */
const gates =
  (said: (poll: number, service: string) => Said | number, start: (service: string) => number = () => 202): Script =>
  ({ method, path, body }, response) => {
    if (method === 'POST') {
      const service = (body as { data: { attributes: { service: string } } }).data.attributes.service
      const status = start(service)
      if (status !== 202)
        return answerJson(response, status, {
          errors: [{ title: 'No', detail: `no gate found for service ${service}` }],
        })
      polls[service] = 0
      const id = `id-of-${service}`
      return answerJson(response, 202, { data: { id, attributes: { evaluation_id: id } } })
    }
    const service = path.replace(/^.*id-of-/, '')
    const poll = polls[service] ?? 0
    polls[service] = poll + 1
    const answer = said(poll, service)
    if (typeof answer === 'number') return answerJson(response, answer, { errors: [{ title: 'No' }] })
    const { status, rules = [{ ...RULE, status }], dryRun = false } = answer
    answerJson(response, 200, {
      data: { id: service, attributes: { gate_status: status, dry_run: dryRun, evaluation_url: url, rules } },
    })
  }
let polls: Record<string, number> = {}
beforeEach(() => {
  polls = {}
})

/** A clock that is set by some milliseconds during its first sleep. */
class SetClock extends FakeClock {
  readonly #by: number
  #isSet = false

  constructor(by: number) {
    super()
    this.#by = by
  }

  override now(): number {
    return super.now() + (this.#isSet ? this.#by : 0)
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await super.sleep(ms, signal)
    this.#isSet = true
  }
}

async function evaluate(script: Script, inputs: Readonly<Record<string, string>> = {}, clock = new FakeClock()) {
  const start = clock.now()
  const result = await run({ command: 'deployment-gate', ...inputs }, script, clock)
  return { ...result, verdict: result.outputs['verdict'], seconds: (clock.now() - start) / 1000 }
}

test('starts an evaluation with both keys, and polls its result every 15 seconds', async () => {
  const { seen, verdict, failure, seconds, outputs, summaries } = await evaluate(
    gates((poll) => ({ status: poll < 3 ? 'in_progress' : 'pass' })),
    { version: '1.4.2' },
  )
  expect({ verdict, failure, seconds }).toEqual({ verdict: 'pass', failure: undefined, seconds: 45 })
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/v2/deployments/gates/evaluation',
    ...Array(4).fill('GET /api/v2/deployments/gates/evaluation/id-of-web'),
  ])
  for (const { headers } of seen) {
    expect(headers).toMatchObject({ 'dd-api-key': API_KEY, 'dd-application-key': APP_KEY })
  }
  expect(seen[0]?.body).toEqual({
    data: {
      type: 'deployment_gates_evaluation_request',
      attributes: { service: 'web', env: 'production', version: '1.4.2' },
    },
  })
  expect(outputs['evaluations']).toEqual([
    {
      service: 'web',
      id: 'id-of-web',
      url,
      status: 'pass',
      rules: [{ name: 'Errors', status: 'pass', dryRun: false }],
    },
  ])
  expect(summaries.join()).toContain('✅ Deployment gate: pass')
})

test('fails on a gate that Datadog fails, and names the rule, the reason and the evaluation', async () => {
  const rules = [
    { name: 'Errors', status: 'fail', reason: 'One or more monitors in ALERT state', dry_run: false },
    { name: 'Trial', status: 'fail', reason: 'x', dry_run: true },
  ]
  const { failure, verdict, outputs, summaries } = await evaluate(gates(() => ({ status: 'fail', rules })))
  expect(verdict).toBe('fail')
  expect(outputs['reason']).toBe(
    'Datadog failed the deployment gate of `web`, rule “Errors”: One or more monitors in ALERT state.',
  )
  expect(failure?.message).toContain('The deployment gate failed the deploy')
  expect(summaries.join()).toContain(`| [\`web\`](${url}) | Errors | fail | One or more monitors in ALERT state |`)
  expect(summaries.join()).toContain('| Trial | fail (dry run) | x |')
})

test('says which service has no known version, as rules of faulty deployment detection need one', async () => {
  const said = 'No version of `web` is known.'
  const without = await evaluate(gates(() => ({ status: 'fail' })))
  expect([without.lines.join(), describeError(without.failure)]).toEqual([
    expect.stringContaining(said),
    expect.stringContaining(said),
  ])
  const known = await evaluate(
    gates(() => ({ status: 'fail' })),
    { version: '1.4.2' },
  )
  expect(known.lines.join() + describeError(known.failure)).not.toContain('version of')
})

test('fails as soon as one service fails, while another is being evaluated', async () => {
  const { verdict, seconds } = await evaluate(
    gates((poll, service) => ({ status: service === 'api' && poll === 1 ? 'fail' : 'in_progress' })),
    { service: 'web, api' },
  )
  expect({ verdict, seconds }).toEqual({ verdict: 'fail', seconds: 15 })
})

test('says that a gate in dry run passes whatever Datadog finds', async () => {
  const rules = [{ ...RULE, status: 'fail' }]
  const { verdict, outputs } = await evaluate(gates(() => ({ status: 'pass', dryRun: true, rules })))
  expect(verdict).toBe('pass')
  expect(outputs['reason']).toContain('In dry run, so Datadog passes whatever it finds: `web`.')
})

describe('a service without a gate', () => {
  const none = gates(
    () => ({ status: 'pass' }),
    (service) => (service === 'api' ? 404 : 202),
  )

  test('fails the step, as nothing was judged', async () => {
    const { verdict, failure, seconds } = await evaluate(none, { service: 'api' })
    expect({ verdict, seconds }).toEqual({ verdict: 'unknown', seconds: 0 })
    expect(failure?.message).toContain('no gate found for service api')
  })

  test('is a warning with on-no-monitors: warn, and the others are judged', async () => {
    const { verdict, failure, warnings } = await evaluate(none, { service: 'api, web', 'on-no-monitors': 'warn' })
    expect({ verdict, failure }).toEqual({ verdict: 'unknown', failure: undefined })
    expect(warnings.join()).toContain('no gate found for service api')
    const failing = gates(
      () => ({ status: 'fail' }),
      (service) => (service === 'api' ? 404 : 202),
    )
    expect((await evaluate(failing, { service: 'api, web', 'on-no-monitors': 'warn' })).verdict).toBe('fail')
  })

  test('is one whose gate has no rules, too', async () => {
    const { verdict, failure } = await evaluate(gates(() => ({ status: 'pass', rules: [] })))
    expect(verdict).toBe('unknown')
    expect(failure?.message).toContain('The deployment gate of `web` in `production` has no rules.')
  })
})

describe('trouble with Datadog', () => {
  test('is a warning by default, and a failure with on-error: fail', async () => {
    for (const [onError, ends] of [
      ['warn', false],
      ['fail', true],
    ] as const) {
      const inputs = { 'on-error': onError, timeout: '5s' }
      const { verdict, failure, warnings } = await evaluate(
        gates(
          () => 503,
          () => 503,
        ),
        inputs,
      )
      expect({ verdict, ends: failure !== undefined }).toEqual({ verdict: 'unknown', ends })
      expect(`${failure?.message}${warnings.join()}`).toContain('could not decide')
    }
  })

  test('a wrong key ends the step at once, and the warning names the scope', async () => {
    const { verdict, warnings, seconds } = await evaluate(
      gates(
        () => 403,
        () => 403,
      ),
    )
    expect({ verdict, seconds }).toEqual({ verdict: 'unknown', seconds: 0 })
    expect(warnings.join()).toContain('deployment_gates_evaluate')
  })

  test.each([404, 503, 429])('a %d between two polls does not end it', async (status) => {
    const { verdict } = await evaluate(
      gates((poll) => (poll === 1 ? status : { status: poll < 3 ? 'in_progress' : 'pass' })),
    )
    expect(verdict).toBe('pass')
  })

  test('an evaluation that Datadog does not know yet is asked for again', async () => {
    const { verdict, warnings } = await evaluate(gates((poll) => (poll < 3 ? 404 : { status: 'pass' })))
    expect({ verdict, warnings }).toEqual({ verdict: 'pass', warnings: [] })
  })

  test('a request that Datadog refuses as invalid fails the step, whatever on-error says', async () => {
    const { verdict, failure } = await evaluate(
      gates(
        () => 400,
        () => 400,
      ),
    )
    expect(verdict).toBe('unknown')
    expect(failure?.message).toContain('Datadog refused the evaluation')
  })

  test.each([4 * 3600_000, -4 * 3600_000])(
    'a clock that is set by %d ms ends the wait neither earlier nor later',
    async (by) => {
      const passing = gates((poll) => ({ status: poll < 4 ? 'in_progress' : 'pass' }))
      expect((await evaluate(passing, {}, new SetClock(by))).verdict).toBe('pass')
      const clock = new SetClock(by)
      const { verdict } = await evaluate(
        gates(() => ({ status: 'in_progress' })),
        { 'evaluation-timeout': '10m' },
        clock,
      )
      expect(verdict).toBe('unknown')
      const slept = clock.slept.reduce((sum, ms) => sum + ms, 0)
      // The poll at the time when it is set may come one interval and one time limit off.
      expect(Math.abs(slept - 600_000)).toBeLessThanOrEqual(75_000)
    },
  )

  test('waits for evaluation-timeout at most, and polls a last time then', async () => {
    const endless = gates(() => ({ status: 'in_progress', rules: [RULE, { ...RULE, status: 'in_progress' }] }))
    const { verdict, warnings, seconds, seen } = await evaluate(endless, { 'evaluation-timeout': '40s' })
    expect({ verdict, seconds, polls: seen.length - 1 }).toEqual({ verdict: 'unknown', seconds: 40, polls: 4 })
    expect(warnings.join()).toContain('did not end within 40 s (1 of 2 rules are decided)')
    expect((await evaluate(endless)).seconds).toBe(3 * 3600)
  })

  test('names a status that it does not know', async () => {
    const { warnings } = await evaluate(
      gates(() => ({ status: 'paused' })),
      { 'evaluation-timeout': '30s' },
    )
    expect(warnings.join()).toContain('in the status `paused`')
  })

  test('asks again after an answer that cannot be read', async () => {
    let count = 0
    const good = gates(() => ({ status: 'pass' }))
    const { verdict } = await evaluate((seen, response, n) =>
      seen.method === 'GET' && count++ === 0 ? answerJson(response, 200, { data: {} }) : good(seen, response, n),
    )
    expect(verdict).toBe('pass')
  })
})

test('takes services, environment and versions from the deploy record', async () => {
  const { seen } = await evaluate(
    gates(() => ({ status: 'pass' })),
    {
      service: '',
      env: '',
      'deploy-record': JSON.stringify(RECORD),
    },
  )
  expect(seen[0]?.body).toMatchObject({
    data: { attributes: { service: 'web', env: 'production', version: '1.4.2' } },
  })
})

test('sends identifier, primary tag and the rules of the file in the form of the API', async () => {
  const config = join(folder, 'gate.json')
  const options = { query: 'service:web env:production', duration: 300 }
  writeFileSync(
    config,
    JSON.stringify({ dryRun: true, rules: [{ type: 'monitor', name: 'Errors', dryRun: false, options }] }),
  )
  const { seen } = await evaluate(
    gates(() => ({ status: 'pass' })),
    {
      identifier: 'canary',
      'apm-primary-tag': 'region:eu',
      config,
    },
  )
  expect(seen[0]?.body).toMatchObject({
    data: {
      attributes: {
        identifier: 'canary',
        primary_tag: 'region:eu',
        configuration: { dry_run: true, rules: [{ type: 'monitor', name: 'Errors', dry_run: false, options }] },
      },
    },
  })
})

test('dry-run prints the request and sends none', async () => {
  const { seen, lines } = await evaluate(
    gates(() => 500),
    { 'dry-run': 'true' },
  )
  expect(seen).toEqual([])
  expect(lines.join('\n')).toContain('"type": "deployment_gates_evaluation_request"')
  expect(lines.join('\n')).not.toContain(API_KEY)
})
