// Every request that the action can send, held against Datadog's published API.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../../actions/datadog-event/src/main.ts'
import { publishedPath, requestProblem } from '../../../rehearsal/cloud/datadog/published/published.ts'
import { VERDICTS } from '../../../toolkit/deploy-record.ts'
import { actionInputs } from '../../support/action-inputs.ts'
import { API_KEY, APP_KEY, RECORD, recordingWorld } from '../../support/datadog-event/datadog.ts'
import { monitorOf } from '../../support/datadog-event/monitors.ts'
import { answerJson, eventTaken, type Script, type Seen, scriptedServer } from '../../support/scripted-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-published-'))
afterAll(() => rmSync(folder, { recursive: true }))
const config = join(folder, 'gate.json')
writeFileSync(
  config,
  JSON.stringify({
    dryRun: true,
    rules: [
      { type: 'monitor', name: 'Errors', dryRun: false, options: { query: 'service:web', duration: 300 } },
      {
        type: 'faulty_deployment_detection',
        name: 'Faults',
        options: { excluded_resources: ['GET /health'], duration: 900 },
      },
    ],
  }),
)

/** Takes everything. */
const taken: Script = ({ method, path }, response) => {
  if (path === '/api/v1/events') return answerJson(response, 202, eventTaken())
  if (path === '/api/v1/monitor') return answerJson(response, 200, [monitorOf(1, { '*': ['OK'] })])
  const ended = {
    evaluation_id: 'id',
    gate_status: 'pass',
    rules: [{ name: 'Errors', status: 'pass', dry_run: false }],
  }
  const attributes = { ...ended, attributes: { evt: { id: '1', uid: 'u' } } }
  answerJson(response, method === 'GET' ? 200 : 202, { data: { id: 'id', type: 'any', attributes } })
}

async function sent(inputs: Readonly<Record<string, string>>): Promise<readonly Seen[]> {
  const server = await scriptedServer(taken)
  try {
    const keys = { 'api-key': API_KEY, 'app-key': APP_KEY, 'api-url': server.url }
    const { world } = recordingWorld({
      RUNNER_TEMP: folder,
      ...actionInputs('datadog-event', { ...keys, ...inputs }),
    })
    await main(world)
    return server.seen
  } finally {
    await server.close()
  }
}

const record = (more: object = {}) => JSON.stringify({ ...RECORD, ...more })
const [web] = RECORD.services
const ALL = { send: 'event, change-event, dora-deployment' }
const BARE = record({
  account: undefined,
  environment: undefined,
  commit: { sha: '', url: '', repository: '', repositoryUrl: '' },
  run: { url: '', actor: '', ref: '' },
  services: [{ ...web, reason: '', previousTaskDefinition: undefined, images: [] }],
})
const LONG = 'x'.repeat(6000)
const MANY_TAGS = Array.from({ length: 99 }, (_, i) => `key-${i}:${'v'.repeat(190)}`).join('\n')

const modes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['an event of its own', { title: 'Cache flushed' }],
  [
    'an event with every input',
    {
      title: 'Cache flushed',
      text: 'All of it.',
      tags: 'a:b\nc:d',
      notify: '@slack-deploys',
      'alert-type': 'user_update',
      priority: 'low',
      host: 'web-1',
      'device-name': 'eth0',
      'source-type-name': 'jenkins',
      'aggregation-key': 'flush',
      'related-event-id': '7890123456789012345',
      'date-happened': '2026-01-01T00:00:00Z',
    },
  ],
  ['an event that is too long', { title: LONG.slice(0, 500), text: LONG, tags: MANY_TAGS }],
  ['a start without a record', { status: 'started', service: 'web', env: 'production', 'deploy-record': '' }],
  ...VERDICTS.map(
    (verdict) => [`a deploy that ended as ${verdict}`, { 'deploy-record': record({ verdict }), ...ALL }] as const,
  ),
  [
    'a rollback',
    { 'deploy-record': record({ kind: 'rollback', deployId: 'org/web-8-1' }), 'rolls-back': 'org/web-7-1', ...ALL },
  ],
  ...['version:1.4.1', 'previous'].map(
    (undone) =>
      [
        `a rollback of ${undone}`,
        {
          'deploy-record': record({
            kind: 'rollback',
            services: [{ ...web, version: '1.4.1', previousVersion: '1.4.2', previousCommit: 'a'.repeat(40) }],
          }),
          'rolls-back': undone,
          ...ALL,
        },
      ] as const,
  ),
  [
    'a fix of a version',
    { 'deploy-record': record({ services: [{ ...web, version: '1.4.3' }] }), 'rolls-back': 'version:1.4.2', ...ALL },
  ],
  [
    'a deploy that was rolled back',
    {
      'deploy-record': record({ verdict: 'failed' }),
      'rollback-record': record({ kind: 'rollback', deployId: 'b' }),
      ...ALL,
    },
  ],
  ['a deploy of which little is known', { 'deploy-record': BARE, ...ALL }],
  [
    'a deploy of two services with long names',
    {
      'deploy-record': record({ services: [web, { ...web, service: 's'.repeat(255) }] }),
      tags: MANY_TAGS,
      text: LONG,
      ...ALL,
    },
  ],
  [
    'a deploy with a version, a team and an id',
    { 'deploy-record': record(), version: 'v2', team: 'shop', 'deploy-id': 'd'.repeat(300), ...ALL },
  ],
  ['a baseline', { command: 'baseline', service: 'web', env: 'production' }],
  ['a deployment gate', { command: 'deployment-gate', service: 'web', env: 'production' }],
  [
    'a deployment gate with its rules',
    {
      command: 'deployment-gate',
      'deploy-record': record(),
      config,
      identifier: 'canary',
      'apm-primary-tag': 'region:eu',
    },
  ],
]

const operations = new Set<string>()

test.each(modes)('%s is sent as published', async (_, inputs) => {
  const seen = await sent(inputs)
  expect(seen.length).toBeGreaterThan(0)
  for (const { method, path, body } of seen) {
    operations.add(`${method} ${publishedPath(method, path) ?? `(not published) ${path}`}`)
    expect(method === 'GET' ? undefined : requestProblem(method, path, body)).toBeUndefined()
  }
})

test('these are all operations of the action', () => {
  expect([...operations].sort()).toEqual([
    'GET /api/v1/monitor',
    'GET /api/v2/deployments/gates/evaluation/{id}',
    'PATCH /api/v2/dora/deployments',
    'PATCH /api/v2/dora/deployments/{deployment_id}',
    'POST /api/v1/events',
    'POST /api/v2/deployments/gates/evaluation',
    'POST /api/v2/dora/deployment',
    'POST /api/v2/events',
  ])
})
