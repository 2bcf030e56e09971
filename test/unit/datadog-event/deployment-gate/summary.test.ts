import { deploymentGateSummary } from '../../../../actions/datadog-event/src/deployment-gate/summary.ts'
import type { Evaluated } from '../../../../actions/datadog-event/src/deployment-gate/verdict.ts'

const evaluated = (result: Partial<NonNullable<Evaluated['result']>>): Evaluated => ({
  subject: { service: 'web', env: 'production' },
  id: '1',
  result: { status: 'pass', dryRun: false, rules: [{ name: 'A|B', status: 'pass', dryRun: false }], ...result },
})
const rows = (...all: readonly Evaluated[]) =>
  deploymentGateSummary({ verdict: 'pass', reason: 'It *passed*.' }, all).split('\n').slice(6)

test('has verdict and reason first, then a row for each rule, linked to the evaluation', () => {
  expect(
    deploymentGateSummary({ verdict: 'fail', reason: 'It *failed*.' }, [
      evaluated({ url: 'https://app.datadoghq.com/x' }),
    ]),
  ).toBe(
    [
      '### ❌ Deployment gate: fail',
      '',
      'It \\*failed\\*.',
      '',
      '| Service | Rule | Status | Reason |',
      '| --- | --- | --- | --- |',
      '| [`web`](https://app.datadoghq.com/x) | A\\|B | pass |  |',
    ].join('\n'),
  )
})

test('says which rules are in dry run, alone or with their gate', () => {
  expect(rows(evaluated({ rules: [{ name: 'A', status: 'fail', dryRun: true, reason: 'bad' }] }))).toEqual([
    '| `web` | A | fail (dry run) | bad |',
  ])
  expect(rows(evaluated({ dryRun: true }))).toEqual(['| `web` | A\\|B | pass (dry run) |  |'])
})

test('shows services that were not evaluated, and gates without rules', () => {
  expect(rows({ subject: { service: 'api', env: 'production' } }, evaluated({ rules: [] }))).toEqual([
    '| `api` |  |  |  |',
    '| `web` |  | pass | no rules |',
  ])
})
