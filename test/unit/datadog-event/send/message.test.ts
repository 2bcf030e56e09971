import type { Deploy, RollsBack, Status } from '../../../../actions/datadog-event/src/deploy/deploy.ts'
import { deployOfRecord } from '../../../../actions/datadog-event/src/deploy/deploy-of-record.ts'
import { deployOfRun } from '../../../../actions/datadog-event/src/deploy/deploy-of-run.ts'
import { doraId } from '../../../../actions/datadog-event/src/messages/dora.ts'
import { messagesOf, nameOf, notSent } from '../../../../actions/datadog-event/src/send/message.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { deployedService, ended, RECORD } from '../../../support/datadog-event/datadog.ts'

const KINDS = ['event', 'change-event', 'dora-deployment'] as const
const NOW = Date.UTC(2026, 0, 1)
const change = { message: 'Fix @channel', pullRequest: { number: 12, url: 'https://github.com/org/web/pull/12' } }
const deploy = deployOfRecord(RECORD, { services: [], team: 'shop' }, change)
const two: Deploy = { ...deploy, services: [...deploy.services, deployedService('worker')] }

const by = (deployId: string) => ({ deployId })
const messages = (of: Deploy, rollsBack?: RollsBack) =>
  messagesOf({ command: 'event', deploy: of, send: KINDS, fields: { tags: ['tier:1'], notify: [] }, rollsBack }, NOW)
const kinds = (status: Status, of = deploy) => messages(ended(of, status)).map(({ kind }) => kind)

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
  const paths = (of: Deploy, rollsBack?: RollsBack) =>
    messages(of, rollsBack).flatMap(({ kind, request }) =>
      kind === 'dora-failure' ? [decodeURIComponent(request.path)] : [],
    )
  const at = (id: string) => `/api/v2/dora/deployments/${doraId(id, 'web')}`
  expect(paths(ended(deploy, 'rolled-back'))).toEqual([at('org/web-7-1')])
  expect(paths(deploy, by('org/web-6-1'))).toEqual([at('org/web-6-1')])
  expect(paths(deploy)).toEqual([])
})

const all = { send: KINDS, rollsBack: undefined }

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
    expect(notSent(both, all)).toEqual(['No change event and no DORA deployment for worker: nothing was rolled out.'])
    expect(notSent(both, { ...all, send: ['event'] })).toEqual([])
    expect(notSent(ended(deploy, 'started'), all)).toEqual([
      'No DORA deployment for web: a deploy with the status `started` is none.',
    ])
  })

  test('marks the deploy that it rolls back all the same, without a remediation', () => {
    const [, failure] = messages({ ...none, kind: 'rollback' }, by('org/web-6-1'))
    expect(failure?.request.body).toMatchObject({ data: { attributes: { change_failure: true } } })
    expect(JSON.stringify(failure?.request.body)).not.toContain('remediation')
  })
})

test('a rollback that failed is no remediation', () => {
  const wire = JSON.stringify(messages({ ...ended(deploy, 'failed'), kind: 'rollback' }, by('org/web-6-1')))
  expect(wire).not.toContain('remediation')
})

describe('the deploy that is undone', () => {
  const failures = (of: Deploy, rollsBack: RollsBack) =>
    messages(of, rollsBack).flatMap(({ kind, request }) => (kind === 'dora-failure' ? [request.body] : []))
  const knowing = {
    ...deploy,
    services: deploy.services.map((one) => ({ ...one, previousCode: { version: '1.4.3' } })),
  }
  const of = { service: 'web', env: 'production', change_failure: true }

  test('is found by its version, and undone by going forward, too', () => {
    expect(failures(deploy, { version: '1.4.1' })).toMatchObject([
      { data: { attributes: { ...of, version: '1.4.1', remediation: { type: 'rollforward' } } } },
    ])
  })

  test('is the version that ran before', () => {
    expect(failures({ ...knowing, kind: 'rollback' }, { version: undefined })).toMatchObject([
      { data: { attributes: { ...of, version: '1.4.3', remediation: { type: 'rollback' } } } },
    ])
    expect(notSent(knowing, { ...all, rollsBack: { version: undefined } })).toEqual([])
  })

  test('is not marked if that version is not known, and the log says so', () => {
    expect(failures(deploy, { version: undefined })).toEqual([])
    expect(notSent(deploy, { ...all, rollsBack: { version: undefined } })).toEqual([
      'No DORA change failure for web: the version that ran before is not known.',
    ])
  })
})

test('each service is told as its own deploy ended', () => {
  const [web] = deploy.services
  const services = [web, deployedService('api', { status: 'rolled-back' })] as typeof deploy.services
  const sent = messages({ ...deploy, status: 'rolled-back', services })
  expect(sent.map(({ kind, service }) => `${kind} ${service}`)).toEqual([
    'event undefined',
    ...['change-event web', 'change-event api'],
    ...['dora-deployment web', 'dora-deployment api', 'dora-failure api'],
  ])
  expect(JSON.stringify(sent[1]?.request.body)).toContain('Deploy of web 1.4.2 to production succeeded')
  expect(JSON.stringify(sent[2]?.request.body)).toContain('Deploy of api to production was rolled back')
})

test('names a message with its service', () => {
  expect(messages(deploy).map(nameOf)).toEqual(['event', 'change event for web', 'DORA deployment for web'])
})

test('has no links, no author and no git facts outside GitHub', () => {
  const bare = deployOfRun(
    readWorkflowRun({}),
    { status: 'succeeded', started: true, kind: 'deploy', services: ['web'] },
    {},
    NOW,
  )
  const wire = JSON.stringify(messages(bare).map(({ request }) => request.body))
  expect(wire).not.toMatch(/"git"|"author"|\]\(|undefined|null/)
})
