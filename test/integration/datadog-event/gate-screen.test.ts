// The first screen of each ending of the gates. Read each as an on-call engineer would at three in the morning: the first line
// has the cause, the last what to do. To write the files again, and then read their diff:
//   UPDATE_SCREENS=1 npm test -- test/integration/datadog-event/gate-screen --selectProjects integration
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rehearsedDatadog } from '../../support/datadog-event/rehearsed.ts'
import { committed, firstScreen } from '../../support/deploy-ecs/first-screen.ts'

const SCREENS = fileURLToPath(new URL('./gate-screens/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'slipway-gate-screen-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Screen {
  /** The `datadog:` section of a scenario. Its changes happen some time after the baseline. */
  readonly scenario: object
  readonly inputs?: Readonly<Record<string, string>>
  readonly red: boolean
  /** Datadog answers no more than so many requests of the gate. */
  readonly answers?: number
}

const WEB = ['service:web', 'env:production']
const monitor = (name: string, changes: readonly object[] = [], more: object = {}) => ({
  ...{ name, tags: WEB, groups: ['az:a', 'az:b'], ...more },
  changes: changes.map((change) => ({ on: 'start', ...change })),
})
const calm = monitor('Latency of web')
const task = (id: string) => `service:web,task_arn:arn:aws:ecs:eu-west-1:123456789012:task/main/${id}`
const gate = (rules: readonly object[], more: object = {}) => ({
  gates: [{ service: 'web', env: 'production', rules, ...more }],
})
const rule = (name: string, status: string, reason?: string) => ({
  ...{ type: 'monitor', name, query: 'service:web' },
  result: { status, after: '1m', ...(reason === undefined ? {} : { reason }) },
})
const RULES = join(folder, 'rules.json')
writeFileSync(
  RULES,
  JSON.stringify({
    dryRun: false,
    rules: [
      { type: 'monitor', name: 'Monitors', options: { query: 'service:web env:production', duration: 300 } },
      { type: 'faulty_deployment_detection', name: 'Faulty version', dryRun: true, options: { duration: 60 } },
    ],
  }),
)
const DATADOG = { command: 'deployment-gate', version: '1.4.2' }

/** Each poll ends before the next one is due, however the client spreads its retries. */
const QUICK = { 'bake-time': '30s', prolong: '10s', interval: '10s', timeout: '5s' }

const screens: Readonly<Record<string, Screen>> = {
  pass: { scenario: { monitors: [monitor('Errors of web'), calm] }, red: false },
  'pass-after-warning': {
    scenario: {
      monitors: [
        monitor('Errors of web', [
          { after: '4m', group: 'az:b', state: 'Warn' },
          { after: '6m', state: 'OK' },
        ]),
        calm,
      ],
    },
    red: false,
  },
  'pass-with-lower-priority': {
    scenario: {
      monitors: [
        monitor('Errors of web', [], { priority: 1 }),
        monitor('Queue of web', [{ after: '1m', state: 'Alert' }], { priority: 4 }),
      ],
    },
    inputs: { 'monitor-priorities': 'P1, P2' },
    red: false,
  },
  'pass-with-draft-and-muted': {
    scenario: {
      monitors: [
        calm,
        monitor('Idea for web', [{ after: '1m', state: 'Alert' }], { draft: true }),
        monitor('Disk of web', [{ after: '1m', state: 'Alert' }], { silenced: ['*'] }),
      ],
    },
    red: false,
  },
  'pass-as-before': {
    scenario: {
      monitors: [
        monitor(
          'Memory of web',
          [
            { after: '1m', group: task('c'), state: 'Alert' },
            { after: '1m', group: task('d'), state: 'OK' },
          ],
          {
            groups: { [task('a')]: 'Alert', [task('b')]: 'OK' },
          },
        ),
      ],
    },
    red: false,
  },
  fail: {
    scenario: { monitors: [monitor('Errors of web', [{ after: '1m', group: 'az:b', state: 'Alert' }]), calm] },
    red: true,
  },
  'fail-on-warning': {
    scenario: { monitors: [monitor('Errors of web', [{ after: '1m', state: 'Warn' }]), calm] },
    red: true,
  },
  'fail-while-a-service-has-no-monitor': {
    scenario: { monitors: [monitor('Errors of web', [{ after: '3m', group: 'az:b', state: 'Alert' }]), calm] },
    inputs: { service: 'web, api', 'on-no-monitors': 'warn' },
    red: true,
  },
  'unknown-no-monitor': { scenario: {}, red: true },
  'unknown-service-without-monitor': {
    scenario: { monitors: [calm] },
    inputs: { service: 'web, api', 'on-no-monitors': 'warn' },
    red: false,
  },
  'unknown-datadog-down': {
    scenario: { monitors: [calm] },
    answers: 0,
    inputs: QUICK,
    red: false,
  },
  'unknown-datadog-down-after-alert': {
    scenario: { monitors: [monitor('Errors of web', [{ group: 'az:b', state: 'Alert', after: '1s' }])] },
    answers: 1,
    inputs: QUICK,
    red: true,
  },
  'deployment-gate-pass': {
    scenario: gate([
      rule('Errors', 'pass'),
      { type: 'faulty_deployment_detection', name: 'Faulty version', duration: '2m' },
    ]),
    inputs: DATADOG,
    red: false,
  },
  'deployment-gate-fail': {
    scenario: gate([rule('Errors', 'fail', 'One or more monitors in ALERT state'), rule('Latency', 'pass')]),
    inputs: DATADOG,
    red: true,
  },
  'deployment-gate-dry-run': {
    scenario: gate([rule('Errors', 'fail', 'One or more monitors in ALERT state')], { dryRun: true }),
    inputs: DATADOG,
    red: false,
  },
  'deployment-gate-faulty-version': {
    scenario: {
      ...gate([{ type: 'faulty_deployment_detection', name: 'Faulty version' }]),
      faultyDeployments: [{ version: '1.4.2', after: '2m', reason: 'New error: NullPointerException' }],
    },
    inputs: DATADOG,
    red: true,
  },
  // Held against what Datadog publishes of its API, as every request to the rehearsal's Datadog is.
  'deployment-gate-rules-of-a-file': {
    scenario: { monitors: [monitor('Errors of web', [{ after: '1m', state: 'Alert' }])] },
    inputs: { ...DATADOG, identifier: 'after', 'apm-primary-tag': 'region:eu', config: RULES },
    red: true,
  },
  'deployment-gate-none': { scenario: {}, inputs: DATADOG, red: true },
  'deployment-gate-not-ended': {
    scenario: gate([{ type: 'faulty_deployment_detection', name: 'Faulty version' }]),
    inputs: { ...DATADOG, 'evaluation-timeout': '5m' },
    red: false,
  },
}

test.each(Object.entries(screens))('%s', async (name, { scenario, inputs = {}, red, answers }) => {
  const datadog = await rehearsedDatadog(folder)
  datadog.play(scenario)
  const asked = { command: 'gate', service: 'web', ...inputs }
  const before = await datadog.step({ ...asked, command: 'baseline', 'on-no-monitors': 'warn' })
  await datadog.clock.advance(10_000)
  if (answers !== undefined) datadog.downAfter(answers)
  const baseline = asked.command === 'gate' ? { baseline: String(before.outputs['baseline']) } : {}
  const done = await datadog.step({ ...asked, ...baseline })
  await datadog.close()
  expect(done.error !== undefined).toBe(red)
  const log = done.log.filter((line) => !/ Try \d+ in [\d.]+ s\.$/.test(line))
  const seen = firstScreen({ ...done, log }).replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
  expect(seen).toBe(committed(`${SCREENS}${name}.txt`, seen))
})

test('there is no screen of an ending that is gone', () => {
  expect(readdirSync(SCREENS).sort()).toEqual(
    Object.keys(screens)
      .map((name) => `${name}.txt`)
      .sort(),
  )
})
