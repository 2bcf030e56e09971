import { checkApproval } from '../../../../actions/terraform-apply/src/approval/check-approval.ts'
import type { Review } from '../../../../actions/terraform-apply/src/review/review.ts'
import type { Run } from '../../../../actions/terraform-apply/src/state/stack.ts'

const run = {
  inputs: { approval: { key: 'a key that nobody else has' } },
  world: { log: { info: () => {} } },
} as unknown as Run
const review = (plan: object): Review =>
  ({ saved: { plan }, approval: { fingerprint: 'same' }, hasChanges: true }) as unknown as Review

// As `terraform show -json` writes them since 1.14, which our tests do not run.
test('a plan that invokes actions is not covered by any approval', () => {
  const actions = review({ action_invocations: [{ address: 'action.aws_lambda_invoke.migrate' }] })
  expect(() => checkApproval(actions, { fingerprint: 'same' }, run)).toThrow(
    'The plan invokes actions, and `approved-plan` does not cover these:\n  action.aws_lambda_invoke.migrate',
  )
  expect(() => checkApproval(review({ action_invocations: [] }), { fingerprint: 'same' }, run)).not.toThrow()
  expect(() => checkApproval(actions, undefined, run)).not.toThrow()
})
