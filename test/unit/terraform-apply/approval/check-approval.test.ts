import { type Approved, checkApproval } from '../../../../actions/terraform-apply/src/approval/check-approval.ts'
import type { Stack } from '../../../../actions/terraform-apply/src/state/stack.ts'

const stack = {
  inputs: { approval: { key: 'a key for this test only' } },
  world: { log: { info: () => {} } },
} as unknown as Stack
const planned = (plan: object, hasChanges = true) =>
  ({ saved: { plan }, approval: { fingerprint: 'same' }, hasChanges }) as unknown as Parameters<typeof checkApproval>[1]
const fingerprint = (value: string): Approved => ({ kind: 'fingerprint', fingerprint: value })

// As `terraform show -json` writes them since 1.14, which our tests do not run.
test('refuses a plan that invokes actions, which no approval covers', () => {
  const actions = planned({ action_invocations: [{ address: 'action.aws_lambda_invoke.migrate' }] })
  expect(() => checkApproval(stack, actions, fingerprint('same'))).toThrow(
    'The plan invokes actions, which `approved-plan` does not cover:\n  action.aws_lambda_invoke.migrate',
  )
  expect(() => checkApproval(stack, planned({ action_invocations: [] }), fingerprint('same'))).not.toThrow()
  expect(() => checkApproval(stack, actions, undefined)).not.toThrow()
})

test('refuses another fingerprint, unless the plan changes nothing', () => {
  expect(() => checkApproval(stack, planned({}), fingerprint('other'))).toThrow(
    'The plan is not the approved one: its fingerprint is same, not other.',
  )
  expect(() => checkApproval(stack, planned({}, false), fingerprint('other'))).not.toThrow()
})
