import { STATUSES } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import { customEvent, deployEvent, type EventFields } from '../../../../actions/datadog-event/src/messages/event.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RECORD, RUN_ENV } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const run = readWorkflowRun(RUN_ENV)
const nothing: EventFields = { tags: [], notify: [] }
const none = { services: [] }

interface Body {
  readonly title: string
  readonly text: string
  readonly tags: readonly string[]
  readonly [member: string]: unknown
}
const bodyOf = (request: { readonly body?: object }) => request.body as Body

test('a deploy record says all that the event needs', () => {
  const change = {
    message: 'Fix the cart (#12)\n\nlong',
    pullRequest: { number: 12, url: `${run.repositoryUrl}/pull/12` },
  }
  const request = deployEvent(deployOfRecord(RECORD, none, change), nothing, NOW)
  expect({ ...request, body: undefined }).toEqual({
    operation: 'post the event',
    method: 'POST',
    host: 'api',
    path: '/api/v1/events',
    keys: 'api',
    body: undefined,
  })
  const body = bodyOf(request)
  expect(body).toEqual({
    title: 'Deploy of web 1.4.2 to production succeeded',
    text: expect.any(String),
    alert_type: 'success',
    aggregation_key: 'org/web-7-1',
    date_happened: Date.UTC(2025, 11, 31, 23, 55) / 1000,
    tags: [
      'env:production',
      'service:web',
      'version:1.4.2',
      `git.commit.sha:${run.sha}`,
      'git.repository_url:https://github.com/org/web',
      'deploy_status:succeeded',
      'deploy_kind:deploy',
      'aws_account:123456789012',
      'region:eu-west-1',
      'source:slipway',
    ],
  })
  expect(body.text).toMatch(/^%%% \n[\s\S]*\n %%%$/)
  for (const part of [
    'The rollout is complete and all 3 targets are healthy.',
    'web:42',
    '> Fix the cart (\\#12)',
    `[run](${RECORD.run.url})`,
    `[commit 0123456](${RECORD.commit.url})`,
    '[pull request \\#12](https://github.com/org/web/pull/12)',
    'by ada',
  ]) {
    expect(body.text).toContain(part)
  }
})

test.each([
  ['started', 'info', 'started'],
  ['succeeded', 'success', 'succeeded'],
  ['failed', 'error', 'failed'],
  ['rolled-back', 'error', 'was rolled back'],
  ['superseded', 'warning', 'was superseded'],
  ['timed-out', 'error', 'timed out'],
  ['cancelled', 'warning', 'was cancelled'],
] as const)('%s shows as %s', (status, alertType, ending) => {
  const body = bodyOf(deployEvent(deployOfRecord(RECORD, { ...none, status }, {}), nothing, NOW))
  expect(body).toMatchObject({ alert_type: alertType, title: `Deploy of web 1.4.2 to production ${ending}` })
  expect(body.tags).toContain(`deploy_status:${status}`)
})

test('calls a rollback a rollback', () => {
  const body = bodyOf(deployEvent(deployOfRecord({ ...RECORD, kind: 'rollback' }, none, {}), nothing, NOW))
  expect(body.title).toBe('Rollback of web to 1.4.2 in production succeeded')
  expect(body.tags).toContain('deploy_kind:rollback')
})

test('does not call a deploy that was not awaited a success', () => {
  const body = bodyOf(deployEvent(deployOfRecord({ ...RECORD, waitedFor: 'none' }, none, {}), nothing, NOW))
  expect(body).toMatchObject({ title: 'Deploy of web 1.4.2 to production was handed to ECS', alert_type: 'info' })
})

test('all events of one deploy share one key, from the first to the last', () => {
  const start = deployOfRun(
    run,
    { status: 'started', started: true, kind: 'deploy', services: ['web'], id: RECORD.deployId },
    {},
    NOW,
  )
  const keys = STATUSES.map((status) => bodyOf(deployEvent({ ...start, status }, nothing, NOW))['aggregation_key'])
  expect(new Set(keys)).toEqual(new Set(['org/web-7-1']))
})

test('describes a start without a record from the run', () => {
  const deploy = deployOfRun(
    run,
    {
      status: 'started',
      started: true,
      kind: 'deploy',
      services: ['web', 'worker'],
      environment: 'stage',
      team: 'shop',
    },
    {},
    NOW,
  )
  const body = bodyOf(deployEvent(deploy, nothing, NOW))
  expect(deploy.id).toBe('org/web-7-1-stage')
  expect(body.title).toBe('Deploy of web, worker to stage started')
  expect(body.tags).toEqual(
    expect.arrayContaining(['service:web', 'service:worker', 'team:shop', `version:${run.sha}`]),
  )
})

test('a text too long is cut, and its links are not', () => {
  const change = { message: `@everyone %%% ${'very '.repeat(2000)}` }
  const fields = { ...nothing, text: 'more '.repeat(2000), notify: ['@slack-deploys'] }
  const { text } = bodyOf(deployEvent(deployOfRecord(RECORD, none, change), fields, NOW))
  expect(text.length).toBeLessThanOrEqual(4000)
  expect(text.length).toBeGreaterThan(3900)
  expect(text).toContain(`[run](${RECORD.run.url})`)
  expect(text).toContain('\n\n@slack-deploys\n %%%')
  expect(text.slice(4, -4)).not.toContain('%%%')
  expect(text.match(/@(?!sha256:)[^\s\u200b]/g)).toEqual(['@s'])
})

test('sends an event that is too old for Datadog without its time', () => {
  const body = bodyOf(deployEvent(deployOfRecord(RECORD, none, {}), nothing, NOW + 18 * 3600_000))
  expect(body).not.toHaveProperty('date_happened')
})

test('a custom event has the fields that are set, and no others', () => {
  expect(bodyOf(customEvent('Hello', nothing))).toEqual({ title: 'Hello', text: '%%% \n\n %%%' })
  const fields: EventFields = {
    text: '%%% \nold **style**\n %%%',
    tags: ['a:b'],
    notify: [],
    alertType: 'user_update',
    priority: 'low',
    host: 'h',
    deviceName: 'd',
    sourceTypeName: 'jenkins',
    aggregationKey: 'k',
    relatedEventId: '7890123456789012345',
    dateHappened: 5,
  }
  const body = bodyOf(customEvent('Hello\nworld', fields))
  expect(JSON.stringify(body)).toContain('"related_event_id":7890123456789012345')
  expect({ ...body, related_event_id: 0 }).toEqual({
    title: 'Hello world',
    text: '%%% \nold **style**\n %%%',
    tags: ['a:b'],
    alert_type: 'user_update',
    priority: 'low',
    host: 'h',
    device_name: 'd',
    source_type_name: 'jenkins',
    aggregation_key: 'k',
    related_event_id: 0,
    date_happened: 5,
  })
})
