import {
  type Deploy,
  deployOfRecord,
  deployOfRun,
  type Status,
} from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { KINDS } from '../../../../actions/datadog-event/src/inputs/event-inputs.ts'
import { doraId } from '../../../../actions/datadog-event/src/messages/dora.ts'
import { messagesOf, nameOf } from '../../../../actions/datadog-event/src/send/message.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { RECORD } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const change = { message: 'Fix @channel', pullRequest: { number: 12, url: 'https://github.com/org/web/pull/12' } }
const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, change)
const two: Deploy = { ...deploy, services: [...deploy.services, { name: 'worker', images: [] }] }

const messages = (of: Deploy, rollsBack?: string) =>
  messagesOf({ command: 'event', deploy: of, send: KINDS, fields: { tags: ['tier:1'], notify: [] }, rollsBack }, NOW)
const kinds = (status: Status, of = deploy) => messages({ ...of, status }).map(({ kind }) => kind)

test('makes one event for a deploy, and one message of each other kind for each service', () => {
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
] as const)('sends %j for the status %s', (status, expected) => expect(kinds(status)).toEqual(expected))

test('marks a failure after the deployment that it is about is recorded, and a rollback on the deploy before', () => {
  const paths = (of: Deploy, rollsBack?: string) =>
    messages(of, rollsBack).flatMap(({ kind, request }) =>
      kind === 'dora-failure' ? [decodeURIComponent(request.path)] : [],
    )
  const at = (id: string) => `/api/v2/dora/deployments/${doraId(id, 'web')}`
  expect(paths({ ...deploy, status: 'rolled-back' })).toEqual([at('org/web-7-1')])
  expect(paths(deploy, 'org/web-6-1')).toEqual([at('org/web-6-1')])
  expect(paths(deploy)).toEqual([])
})

test('names a message with its service', () => {
  expect(messages(deploy).map(nameOf)).toEqual(['event', 'change event for web', 'DORA deployment for web'])
})

test('has no links, no author and no git facts outside GitHub', () => {
  const bare = deployOfRun(readWorkflowRun({}), 'succeeded', { services: ['web'] }, {}, NOW)
  const wire = JSON.stringify(messages(bare).map(({ request }) => request.body))
  expect(wire).not.toMatch(/"git"|"author"|\]\(|undefined|null/)
})
