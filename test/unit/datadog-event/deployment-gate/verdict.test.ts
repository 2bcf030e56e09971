import { DatadogError } from '../../../../actions/datadog-event/src/api/datadog-error.ts'
import type { RuleResult } from '../../../../actions/datadog-event/src/deployment-gate/evaluation.ts'
import {
  deploymentVerdict,
  type Evaluated,
  hasNoGate,
  isOpen,
} from '../../../../actions/datadog-event/src/deployment-gate/verdict.ts'

const rule = (status: string, more: Partial<RuleResult> = {}): RuleResult => ({
  name: 'Errors',
  status,
  dryRun: false,
  ...more,
})
const of = (service: string, status: string, rules: readonly RuleResult[] = [rule(status)]): Evaluated => ({
  subject: { service, env: 'production' },
  id: `id of ${service}`,
  result: { status, dryRun: false, rules },
})
const error = (status: number | undefined, retry: boolean) =>
  new DatadogError('Could not ask', { hint: '', retry, ...(status === undefined ? {} : { status }) })
const notStarted = (service: string, status: number): Evaluated => ({
  subject: { service, env: 'production' },
  error: error(status, status >= 500),
})
const verdict = (all: readonly Evaluated[], ended = false) => deploymentVerdict(all, 60_000, ended)

test('passes when all gates have', () => {
  expect(verdict([of('web', 'pass'), of('api', 'pass')])).toEqual({
    verdict: 'pass',
    reason: 'Datadog passed the deployment gates of `web`, `api`.',
  })
})

test('stays open while one is in progress, unless another has failed', () => {
  expect(verdict([of('web', 'pass'), of('api', 'in_progress')])).toBeUndefined()
  expect(verdict([of('web', 'fail'), of('api', 'in_progress')])?.verdict).toBe('fail')
  // Any other word may still become a result.
  expect(verdict([of('web', 'paused')])).toBeUndefined()
})

test('a failure names the rules that failed, without those in dry run', () => {
  const rules = [rule('fail', { name: 'A', reason: 'bad' }), rule('fail', { name: 'B', dryRun: true }), rule('pass')]
  expect(verdict([of('web', 'fail', rules)])?.reason).toBe(
    'Datadog failed the deployment gate of `web`, rule “A”: bad.',
  )
  expect(verdict([of('web', 'fail', [])])?.reason).toBe('Datadog failed the deployment gate of `web`.')
})

test.each([
  [404, 'no-gate'],
  [400, 'refused'],
  [422, 'refused'],
  [403, 'read-error'],
  [503, 'read-error'],
])('an evaluation that was not started, after a %d, is unknown: %s', (status, because) => {
  expect(verdict([of('web', 'pass'), notStarted('api', status)])).toMatchObject({ verdict: 'unknown', because })
})

test('a gate without rules judges nothing', () => {
  expect(hasNoGate(of('web', 'pass', []))).toBe(true)
  expect(hasNoGate(of('web', 'in_progress', []))).toBe(false)
  expect(verdict([of('web', 'pass', [])])).toMatchObject({ verdict: 'unknown', because: 'no-gate' })
})

test('a refusal ends an evaluation of which nothing is known yet, and no other', () => {
  const { result: _, ...unread } = of('web', 'in_progress')
  expect(isOpen({ ...unread, error: error(403, false) })).toBe(false)
  expect(isOpen({ ...unread, error: error(503, true) })).toBe(true)
  expect(isOpen({ ...of('web', 'in_progress'), error: error(403, false) })).toBe(true)
})

test('at the end of the time, says what is not decided', () => {
  expect(verdict([of('web', 'in_progress', [rule('pass'), rule('in_progress')]), of('api', 'pass')], true)).toEqual({
    verdict: 'unknown',
    reason: 'The evaluation of `web` did not end within 1 min (1 of 2 rules are decided).',
    because: 'read-error',
  })
})
