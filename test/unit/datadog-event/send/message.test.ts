import type { Deploy, Status } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import { KINDS } from '../../../../actions/datadog-event/src/inputs/event-inputs.ts'
import { doraId } from '../../../../actions/datadog-event/src/messages/dora.ts'
import { messagesOf, nameOf, notSent } from '../../../../actions/datadog-event/src/send/message.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { deployedService, RECORD } from '../../../support/datadog-event/datadog.ts'

const NOW = Date.UTC(2026, 0, 1)
const change = { message: 'Fix @channel', pullRequest: { number: 12, url: 'https://github.com/org/web/pull/12' } }
const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, change)
const two: Deploy = { ...deploy, services: [...deploy.services, deployedService('worker')] }

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

describe('a service for which nothing was rolled out', () => {
  const still = deployedService('worker', { started: false })
  const both = { ...deploy, services: [...deploy.services, still] }
  const none = { ...deploy, services: [still] }

  test('has no change event and no DORA deployment', () => {
    expect(messages(both).map(({ service }) => service)).toEqual([undefined, 'web', 'web'])
    expect(messages(none).map(({ kind }) => kind)).toEqual(['event'])
    expect(kinds('failed', none)).toEqual(['event'])
  })

  test('is named in the log', () => {
    expect(notSent(both, KINDS)).toEqual(['No change event and no DORA deployment for worker: nothing was rolled out.'])
    expect(notSent(both, ['event'])).toEqual([])
    expect(notSent({ ...deploy, status: 'started' }, KINDS)).toEqual([
      'No DORA deployment: a deploy with the status `started` is none.',
    ])
  })

  test('marks the deploy that it rolls back all the same, without a remediation', () => {
    const [, failure] = messages({ ...none, kind: 'rollback' }, 'org/web-6-1')
    expect(failure?.request.body).toMatchObject({ data: { attributes: { change_failure: true } } })
    expect(JSON.stringify(failure?.request.body)).not.toContain('remediation')
  })
})

test('a rollback that failed is no remediation', () => {
  const wire = JSON.stringify(messages({ ...deploy, kind: 'rollback', status: 'failed' }, 'org/web-6-1'))
  expect(wire).not.toContain('remediation')
})

test('names a message with its service', () => {
  expect(messages(deploy).map(nameOf)).toEqual(['event', 'change event for web', 'DORA deployment for web'])
})

test('has no links, no author and no git facts outside GitHub', () => {
  const bare = deployOfRun(readWorkflowRun({}), { status: 'succeeded', started: true, services: ['web'] }, {}, NOW)
  const wire = JSON.stringify(messages(bare).map(({ request }) => request.body))
  expect(wire).not.toMatch(/"git"|"author"|\]\(|undefined|null/)
})
