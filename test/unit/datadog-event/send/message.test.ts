import {
  type Deploy,
  deployOfRecord,
  deployOfRun,
  type Status,
} from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { KINDS } from '../../../../actions/datadog-event/src/inputs/event-inputs.ts'
import { doraId } from '../../../../actions/datadog-event/src/messages/dora.ts'
import { messagesOf } from '../../../../actions/datadog-event/src/send/message.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RECORD } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const change = { message: 'Fix @channel', pullRequest: { number: 12, url: 'https://github.com/org/web/pull/12' } }
const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, change)
const two: Deploy = { ...deploy, services: [...deploy.services, { name: 'worker', images: [] }] }

const messages = (of: Deploy, rollsBack?: string) =>
  messagesOf({ command: 'event', deploy: of, send: KINDS, fields: { tags: ['tier:1'], notify: [] }, rollsBack }, NOW)
const kinds = (status: Status, of = deploy) => messages({ ...of, status }).map(({ kind }) => kind)

test('one event for a deploy, and one of the others for each of its services', () => {
  expect(messages(two).map(({ kind, service }) => `${kind} ${service}`)).toEqual([
    'event undefined',
    'change-event web',
    'change-event worker',
    'dora-deployment web',
    'dora-deployment worker',
  ])
})

test.each([
  ['started', ['event', 'change-event']],
  ['succeeded', ['event', 'change-event', 'dora-deployment']],
  ['failed', ['event', 'change-event', 'dora-deployment', 'dora-failure']],
  ['rolled-back', ['event', 'change-event', 'dora-deployment', 'dora-failure']],
  ['timed-out', ['event', 'change-event', 'dora-deployment', 'dora-failure']],
  ['superseded', ['event', 'change-event']],
  ['cancelled', ['event', 'change-event']],
] as const)('a deploy that %s is told as %j', (status, expected) => expect(kinds(status)).toEqual(expected))

test('a change event says what changed, from what, to what', () => {
  const request = messages(deploy).find(({ kind }) => kind === 'change-event')?.request
  expect(request).toMatchObject({ method: 'POST', host: 'intake', path: '/api/v2/events', keys: 'api' })
  expect(request?.body).toEqual({
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
          author: { name: 'ada', type: 'automation' },
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

test('a DORA deployment has exact times and an id of its own', () => {
  const request = messages(deploy).find(({ kind }) => kind === 'dora-deployment')?.request
  expect(request).toMatchObject({ method: 'POST', host: 'api', path: '/api/v2/dora/deployment', keys: 'api' })
  // As it goes over the wire: nanoseconds have more digits than a JavaScript number can be trusted with.
  const started = BigInt(Date.parse(RECORD.startedAt)) * 1_000_000n
  const finished = BigInt(Date.parse(RECORD.finishedAt)) * 1_000_000n
  const wire = JSON.stringify(request?.body)
  expect(wire).toContain(`"started_at":${started},"finished_at":${finished},`)
  expect(JSON.parse(wire)).toMatchObject({
    data: {
      attributes: {
        service: 'web',
        id: doraId('org/web-7-1', 'web'),
        version: '1.4.2',
        env: 'production',
        team: 'shop',
        git: { repository_url: 'https://github.com/org/web', commit_sha: RECORD.commit.sha },
        custom_tags: ['tier:1'],
      },
    },
  })
})

test('times of any moment are exact in nanoseconds', () => {
  for (let ms = NOW; ms < NOW + 5000; ms += 7) expect(JSON.stringify(ms * 1_000_000)).toBe(`${ms}000000`)
})

test.each([
  ['org/web-7-1', 'web'],
  ['x', 'y'],
  ['ümläut 🙂', 'web'],
  ['x'.repeat(400), 'web'],
])('the DORA id of %j is one that Datadog takes, and always the same', (deployId, service) => {
  expect(doraId(deployId, service)).toMatch(/^[A-Za-z0-9._:-]{16,128}$/)
  expect(doraId(deployId, service)).toBe(doraId(deployId, service))
})

test('DORA ids of different deploys differ, also where their readable part is the same', () => {
  expect(doraId('a/b', 'web')).not.toBe(doraId('a.b', 'web'))
  expect(doraId('a', 'web')).not.toBe(doraId('a', 'worker'))
})

test('a failure is marked on the deployment recorded just before', () => {
  const failure = messages({ ...deploy, status: 'rolled-back' }).at(-1)?.request
  const id = doraId('org/web-7-1', 'web')
  expect(failure).toMatchObject({
    method: 'PATCH',
    path: `/api/v2/dora/deployments/${encodeURIComponent(id)}`,
    keys: 'both',
    body: { data: { id, type: 'dora_deployment_patch_request', attributes: { change_failure: true } } },
  })
})

test('a deploy that rolls another back is its remediation', () => {
  const failure = messages(deploy, 'org/web-6-1').at(-1)?.request
  expect(failure?.body).toEqual({
    data: {
      id: doraId('org/web-6-1', 'web'),
      type: 'dora_deployment_patch_request',
      attributes: { change_failure: true, remediation: { id: doraId('org/web-7-1', 'web'), type: 'rollback' } },
    },
  })
})

test('outside GitHub there are no links, no author and no git facts to send', () => {
  const bare = deployOfRun(readWorkflowRun({}), 'succeeded', { services: ['web'] }, {}, NOW)
  const wire = JSON.stringify(messages(bare).map(({ request }) => request.body))
  expect(wire).not.toMatch(/"git"|"author"|\]\(|undefined|null/)
})
