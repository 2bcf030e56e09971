import type { Deploy, DeployedService } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { changeEvent } from '../../../../actions/datadog-event/src/messages/change-event.ts'
import { deployedService, RECORD } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const change = { message: 'Fix @channel', pullRequest: { number: 12, url: 'https://github.com/org/web/pull/12' } }
const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, change)
const web = deploy.services[0] as DeployedService
const worker = deployedService('worker', { code: web.code, runs: { code: web.code } })

interface Attributes {
  readonly title: string
  readonly message: string
  readonly tags: readonly string[]
  readonly [name: string]: unknown
  readonly attributes: Readonly<Record<string, unknown>>
}
const attributesOf = (of: Deploy, service: DeployedService, fields: object = {}, now = NOW) =>
  (changeEvent(of, service, { tags: [], notify: [], ...fields }, now).body as { data: { attributes: Attributes } }).data
    .attributes

test('a change event says what changed, from what, to what', () => {
  const request = changeEvent(deploy, web, { tags: ['tier:1'], notify: [] }, NOW)
  expect(request).toMatchObject({ method: 'POST', host: 'intake', path: '/api/v2/events', keys: 'api' })
  expect(request.body).toEqual({
    data: {
      type: 'event',
      attributes: {
        title: 'Deploy of web 1.4.2 to production succeeded',
        message: expect.stringContaining(`[run](${RECORD.run.url})`),
        category: 'change',
        integration_id: 'custom-events',
        aggregation_key: 'org/web-7-1',
        tags: expect.arrayContaining(['service:web', 'env:production', 'version:1.4.2', 'team:shop', 'tier:1']),
        timestamp: '2025-12-31T23:55:00.456Z',
        attributes: {
          author: { name: 'ada', type: 'user' },
          changed_resource: { name: 'web', type: 'configuration' },
          impacted_resources: [{ name: 'web', type: 'service' }],
          prev_value: { task_definition: 'web:41' },
          new_value: {
            task_definition: 'web:42',
            version: '1.4.2',
            images: RECORD.services[0]?.images.map((i) => i.image),
          },
          change_metadata: {
            deploy_id: 'org/web-7-1',
            status: 'succeeded',
            reason: RECORD.services[0]?.reason,
            cluster: 'main',
            env: 'production',
            run_url: RECORD.run.url,
            commit_url: RECORD.commit.url,
            pull_request_url: 'https://github.com/org/web/pull/12',
          },
        },
      },
    },
  })
})

test('after a rollback, what is new is what was there before, and the metadata has what was tried', () => {
  const runs = { taskDefinition: web.previousTaskDefinition ?? '', code: { version: '1.4.1' } }
  const { attributes } = attributesOf(deploy, {
    ...web,
    status: 'rolled-back',
    previousCode: runs.code,
    runs,
  })
  expect(attributes).toMatchObject({
    prev_value: { task_definition: 'web:41', version: '1.4.1' },
    new_value: { task_definition: 'web:41', version: '1.4.1' },
    change_metadata: { status: 'rolled-back', deploy_task_definition: 'web:42', deploy_version: '1.4.2' },
  })
  expect(attributes['new_value']).not.toHaveProperty('images')
})

test.each([
  [{ actor: 'ada' }, false, 'user'],
  [{ actor: 'dependabot[bot]' }, false, 'automation'],
  [{ actor: 'ada' }, true, 'automation'],
])('the author %j of a run (started by a schedule: %s) is a %s', (run, scheduled, type) => {
  const of = { ...deploy, run: { ...deploy.run, ...run }, scheduled }
  expect(attributesOf(of, web).attributes['author']).toEqual({ name: run.actor, type })
})

test('is about one service, also where the deploy has more', () => {
  const { title, tags, message } = attributesOf({ ...deploy, services: [web, worker] }, worker)
  expect(title).toBe('Deploy of worker 1.4.2 to production succeeded')
  expect(tags.filter((tag) => tag.startsWith('service:'))).toEqual(['service:worker'])
  expect(message).not.toContain('web:42')
})

test('leaves out what is not known: actor, revisions, links', () => {
  const { pullRequest: _, environment: _environment, ...rest } = deploy
  const bare = { ...rest, commit: { sha: '', url: '', repositoryUrl: '' }, run: { url: '', actor: '', ref: '' } }
  expect(attributesOf(bare, deployedService('worker')).attributes).toEqual({
    changed_resource: { name: 'worker', type: 'configuration' },
    impacted_resources: [{ name: 'worker', type: 'service' }],
    change_metadata: { deploy_id: 'org/web-7-1', status: 'succeeded' },
  })
})

test('has the title, the text and the key of the inputs', () => {
  const fields = { title: 'Hello @all', text: 'more %%%', aggregationKey: 'mine' }
  const { title, message, aggregation_key } = attributesOf(deploy, web, fields)
  expect({ title, aggregation_key }).toEqual({ title: 'Hello @\u200ball', aggregation_key: 'mine' })
  expect(message).toContain('more %\u200b%\u200b%')
})

test('cuts names and text to the limits of Datadog', () => {
  const { title, message, attributes } = attributesOf(
    deploy,
    { ...web, name: 'x'.repeat(600) },
    { text: 'y'.repeat(5000) },
  )
  expect([title.length, message.length]).toEqual([500, 4000])
  expect(attributes['changed_resource']).toEqual({ name: `${'x'.repeat(127)}…`, type: 'configuration' })
})

test('has the time of the end, else of the start, unless Datadog refuses it as too old', () => {
  const { finishedAt: ended = 0, ...started } = deploy
  expect(attributesOf(deploy, web)['timestamp']).toBe(RECORD.finishedAt)
  expect(attributesOf(started, web)['timestamp']).toBe(RECORD.startedAt)
  expect(attributesOf(deploy, web, {}, ended + 18 * 3600_000)).not.toHaveProperty('timestamp')
})
