import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../../../actions/deploy-ecs/src/inputs/context.ts'
import type { Outcome } from '../../../../actions/deploy-ecs/src/report/outcome.ts'
import { report } from '../../../../actions/deploy-ecs/src/report/report.ts'
import { NOTHING_YET } from '../../../../actions/deploy-ecs/src/watch/memory.ts'
import type { SlipwayError } from '../../../../toolkit/errors.ts'
import { fakeAws, fakeLog } from '../../../support/deploy-ecs/fake-aws.ts'
import { followed, healthy } from '../../../support/deploy-ecs/observations.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-report-'))
afterAll(() => rmSync(folder, { recursive: true }))

const outcome = (service: string, more: object = {}) =>
  ({
    plan: {
      name: { cluster: 'prod', service },
      before: {
        serviceArn: `arn:aws:ecs:eu-west-1:123456789012:service/prod/${service}`,
        taskDefinition: `${service}:1`,
      },
      shipped: [{ container: 'app', image: 'web:2' }],
      revision: { registration: { family: service, containerDefinitions: [{ name: 'app', image: 'web:2' }] } },
    },
    taskDefinition: `${service}:2`,
    verdict: { status: 'succeeded', reason: 'All 2 tasks run.', evidence: ['2 healthy targets'] },
    ...more,
  }) as unknown as Outcome
const failed = (service: string, status = 'failed') =>
  outcome(service, { verdict: { status, reason: 'It failed.', evidence: ['exit code 1', 'exit code 2'] } })

async function run(outcomes: readonly Outcome[], inputs: object = {}) {
  const outputs: Record<string, unknown> = {}
  const { log, lines } = fakeLog()
  let summary = ''
  const step = {
    output: (name: string, value: unknown) => void Object.assign(outputs, { [name]: value }),
    summary: (text: string) => {
      summary += text
    },
  }
  const context = {
    ...{ step, log, aws: fakeAws({}).aws, region: 'eu-west-1', env: { RUNNER_TEMP: folder, GITHUB_RUN_ID: '7' } },
    inputs: { command: 'deploy', waitFor: 'healthy', ...inputs },
  } as unknown as Context
  const error = await report(context, outcomes, { startedAt: 0, finishedAt: 90_400 }).then(
    () => undefined,
    (failure: unknown) => failure as SlipwayError,
  )
  return { outputs, lines, summary, error }
}

test('one service has texts as outputs, as in AWS’s action', async () => {
  const watch = { rollout: followed, latest: healthy, timeline: [], memory: NOTHING_YET, serviceDeploymentArn: 'sd' }
  const { outputs } = await run([outcome('web', { watch })])
  expect(outputs).toMatchObject({
    ...{ verdict: 'succeeded', duration: 90, images: ['app=web:2'] },
    ...{ 'task-definition-arn': 'web:2', 'previous-task-definition-arn': 'web:1', 'service-deployment-arn': 'sd' },
    'healthy-tasks': 2,
  })
})

test('several services have lists as outputs, with empty texts for what is not known', async () => {
  const { outputs, error, lines, summary } = await run([outcome('web'), outcome('api')])
  expect(error).toBeUndefined()
  expect(outputs).toMatchObject({
    ...{ verdict: 'succeeded', images: ['app=web:2'] },
    ...{ 'task-definition-arn': ['web:2', 'api:2'], 'service-deployment-arn': ['', ''] },
    'healthy-tasks': [0, 0],
  })
  expect(lines.filter((line) => !line.startsWith('debug'))).toEqual([
    'info: prod/web: succeeded. All 2 tasks run.\nprod/api: succeeded. All 2 tasks run.',
  ])
  expect(summary).toContain('Deployed')
})

test.each([
  ['failed', 'The job summary shows the tasks that stopped'],
  ['rolled-back', 'The service runs the revision from before the deploy'],
  ['timed-out', 'raise `timeout`'],
  ['superseded', '`concurrency:`'],
  ['cancelled', 'Run the job again'],
])('fails the step on %s, with what failed first, its evidence and what to do', async (status, hint) => {
  const { error, outputs } = await run([outcome('web'), failed('api', status)])
  expect(outputs['verdict']).toBe(status)
  expect(error?.message).toBe(
    `prod/api: ${status}. It failed.\n  exit code 1\n  exit code 2\nprod/web: succeeded. All 2 tasks run.`,
  )
  expect(error?.hint).toContain(hint)
})

const cause = { text: 'ECS was unable to place a task', event: 'was unable to place a task' }
const stuck = (service: string) =>
  outcome(service, { verdict: { status: 'timed-out', reason: 'Not done.', evidence: ['Still waiting'], cause } })

test('says what to do about the cause, for each of several services beside it', async () => {
  const one = await run([stuck('web')])
  expect(one.error?.hint).toContain("Look at the service's events")
  expect(one.error?.message).toBe('prod/web: timed-out. Not done.\n  Still waiting')
  const two = await run([stuck('web'), failed('api')])
  expect(two.error?.message).toMatch(
    /^prod\/web: timed-out\. Not done\.\n {2}Still waiting\n {2}Next: Look at .*\nprod\/api: failed\./,
  )
})

test('does not add a second next step to that of an error of AWS', async () => {
  const verdict = { status: 'failed', reason: 'Not known.', evidence: ['ExpiredToken\nNext: Raise the duration.'] }
  const { error } = await run([outcome('web', { verdict })])
  expect(error?.hint).toBeUndefined()
  expect(error?.message).toContain('Next: Raise the duration.')
})

describe('the record file', () => {
  test('is named after the deploy, in the temporary folder of the runner, and is the output too', async () => {
    const { outputs } = await run([outcome('web')])
    const path = String(outputs['deploy-record-file'])
    expect(readdirSync(folder).map((name) => join(folder, name))).toContain(path)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(outputs['deploy-record'])
  })

  test('is where the input says', async () => {
    const recordFile = join(folder, 'mine.json')
    await run([failed('web')], { recordFile })
    expect(JSON.parse(readFileSync(recordFile, 'utf8'))).toMatchObject({ verdict: 'failed' })
  })
})

test.each([
  ['succeeded', outcome('web'), 'prod/web: succeeded. All 2 tasks run.'],
  ['failed', failed('web'), 'prod/web: failed. It failed.'],
])(
  'a full disk hides no verdict: the deploy that %s is told first, then the record that is lost',
  async (status, one, told) => {
    const { outputs, lines, summary, error } = await run([one], { recordFile: '/dev/full' })
    expect(error?.message.split('\n')[0]).toBe(told)
    expect([...lines, error?.message].join('\n')).toMatch(
      /The deploy record could not be written to `\/dev\/full`: .*ENOSPC/,
    )
    expect(outputs['verdict']).toBe(status)
    expect(outputs).not.toHaveProperty('deploy-record-file')
    expect(summary).not.toBe('')
  },
)
