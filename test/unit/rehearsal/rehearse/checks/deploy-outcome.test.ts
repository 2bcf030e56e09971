import { checkDeploy, eventOf, failedRequests } from '../../../../../rehearsal/rehearse/checks/deploy-outcome.ts'
import type { Entry } from '../../../../../rehearsal/rehearse/checks/journal.ts'

const taskDefinition = 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:2'
const reported = { verdict: 'succeeded', taskDefinition, image: `127.0.0.1:5000/web@sha256:${'a'.repeat(64)}` }

const journal = (...entries: Record<string, unknown>[]): Entry[] =>
  entries.map((entry, index) => ({ seq: index + 1, type: '', ...entry }))
const deployment = (status: string, more = {}) => ({ type: 'service-deployment', taskDefinition, status, ...more })
const good = [
  { type: 'task', taskDefinition, lastStatus: 'RUNNING' },
  { type: 'target', to: 'healthy' },
  deployment('IN_PROGRESS'),
  deployment('SUCCESSFUL'),
]

it('accepts a deploy that succeeded', () => {
  expect(checkDeploy(journal(...good), reported)).toEqual({ verdict: 'succeeded', problems: [] })
})

it.each([
  ['SUCCESSFUL', 'succeeded'],
  ['ROLLBACK_SUCCESSFUL', 'rolled-back'],
  ['ROLLBACK_FAILED', 'failed'],
  ['STOPPED', 'failed'],
  ['IN_PROGRESS', 'unknown'],
])('reads the status %s as the verdict %s', (status, verdict) => {
  expect(checkDeploy(journal(deployment(status)), reported).verdict).toBe(verdict)
})

it('reads a replaced deployment as superseded', () => {
  const entries = journal(deployment('STOPPED', { statusReason: 'Replaced by a new service deployment.' }))
  expect(checkDeploy(entries, reported).verdict).toBe('superseded')
})

it.each([
  [
    'a green deploy that was rolled back',
    [...good, deployment('ROLLBACK_SUCCESSFUL')],
    reported,
    /reports succeeded, but the journal has rolled-back/,
  ],
  [
    'a red deploy that succeeded',
    good,
    { ...reported, verdict: 'failed' },
    /reports failed, but the journal has succeeded/,
  ],
  ['a deploy without a verdict', good, { ...reported, verdict: '' }, /reports nothing/],
  [
    'a revision that the journal does not know',
    good,
    { ...reported, taskDefinition: 'arn:other' },
    /the journal has unknown/,
  ],
  ['no task', good.slice(1), reported, /no task of .* reached RUNNING/],
  ['no healthy target', [good[0], good[3]], reported, /no target became healthy/],
  ['an image by tag', good, { ...reported, image: '127.0.0.1:5000/web:latest' }, /not pinned to a digest/],
] as const)('finds %s', (_, entries, reported, problem) => {
  const { problems } = checkDeploy(journal(...(entries as Record<string, unknown>[])), reported)
  expect(problems).toContainEqual(expect.stringMatching(problem))
})

it('lists the requests that failed behind the load balancer', () => {
  const entries = journal(
    { type: 'request', outcome: 'failed', method: 'GET', path: '/', status: 502, cause: 'connection refused' },
    { type: 'request', outcome: 'failed', method: 'GET', path: '/', cause: 'cut off' },
    { type: 'traffic', requests: 10, failed: 2 },
  )
  expect(failedRequests(entries)).toEqual(['GET / → 502: connection refused', 'GET / → cut off: cut off'])
})

it('returns the last event that Datadog accepted', () => {
  const entries = journal(
    { type: 'datadog', outcome: 'ok', event: { title: 'first' } },
    { type: 'datadog', outcome: 'ok', event: { title: 'second' } },
    { type: 'datadog', outcome: 'Forbidden', event: { title: 'refused' } },
    { type: 'datadog', outcome: 'ok' },
  )
  expect(eventOf(entries)).toEqual({ title: 'second' })
  expect(eventOf([])).toBeNull()
})
