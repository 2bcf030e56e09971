import { type Approval, approvalOf, sealApproval } from '../../../../actions/terraform-apply/src/approval/approval.ts'
import { approvalNote } from '../../../../actions/terraform-apply/src/approval/approval-comment.ts'
import {
  type Approved,
  checkApproval,
  readApproved,
} from '../../../../actions/terraform-apply/src/approval/check-approval.ts'
import { commentMarker } from '../../../../actions/terraform-apply/src/github/comment.ts'
import { type Stack, stackId } from '../../../../actions/terraform-apply/src/state/stack.ts'
import { fakeGitHub } from '../fake-github.ts'
import { fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

const KEY = 'a key for this test only'

const stack = {
  inputs: { approval: { key: KEY } },
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

test('refuses a change that the approval does not cover, and checks nothing without `approved-plan`', () => {
  const one = plan([change('a.x', { actions: ['create'], after: { size: 1 } })])
  const two = plan([...(one.resource_changes ?? []), change('a.y', { actions: ['delete'], before: {} })])
  const approved: Approved = { kind: 'approval', approval: approvalOf(one, 'id', KEY), where: 'the input' }
  expect(() => checkApproval(stack, planned(one), approved)).not.toThrow()
  expect(() => checkApproval(stack, planned(two), approved)).toThrow(
    'The plan does more than was approved in the input:\n  a.y (delete)',
  )
  expect(() => checkApproval(stack, planned(two), undefined)).not.toThrow()
})

describe('reads what was approved', () => {
  const ID = stackId(fakeStack().stack)
  const approval = (more: Partial<Approval> = {}): Approval => ({ ...approvalOf(plan([]), ID, KEY), ...more })
  const read = (approved: string | undefined, key: string | undefined = KEY, env: object = {}) =>
    readApproved(
      fakeStack({ inputs: { approval: { approved, key }, github: { token: 't', comment: true } }, env: { ...env } })
        .stack,
    )

  test('from a fingerprint or a sealed approval', async () => {
    expect(await read('0123abcd')).toEqual({ kind: 'fingerprint', fingerprint: '0123abcd' })
    expect(await read(sealApproval(approval(), KEY))).toEqual({
      kind: 'approval',
      approval: approval(),
      where: 'the input `approved-plan`',
    })
    expect(await read(undefined)).toBeUndefined()
  })

  test('and refuses an approval that was made with another key, or for another stack', async () => {
    await expect(read(sealApproval(approval(), 'another key, as long'))).rejects.toThrow(
      'The approval in the input `approved-plan` was not made with this `fingerprint-key`, or it was changed.',
    )
    await expect(read(sealApproval(approval({ stack: 'other' }), KEY))).rejects.toThrow(
      `The approval in the input \`approved-plan\` is for another stack: other, not ${ID}.`,
    )
  })

  describe('from a pull request', () => {
    let github: Awaited<ReturnType<typeof fakeGitHub>>
    beforeAll(async () => {
      github = await fakeGitHub()
      github.pulls.push({ number: 7, head: 'abc', state: 'merged', mergeCommit: 'merge-7' })
    })
    afterAll(() => github.close())

    const readComment = (sealed: Approval) => {
      const body = `${commentMarker(ID)}\n${approvalNote(sealApproval(sealed, KEY))}`
      github.comments.splice(0, 1, { id: 1, pull: 7, login: 'slipway-bot', body })
      return read('pull-request', KEY, { ...github.env, GITHUB_SHA: 'merge-7' })
    }

    test('for its last commit', async () => {
      const made = approval({ pull: 7, head: 'abc' })
      expect(await readComment(made)).toEqual({ kind: 'approval', approval: made, where: 'pull request #7' })
    })

    // Others can edit the comment: the seal holds, and the approval is that of another plan.
    test.each([
      ['another pull request', { pull: 8, head: 'abc' }, 'was made for pull request #8.'],
      ['an earlier commit', { pull: 7, head: 'old' }, 'is for commit old, but the head of the pull request is abc.'],
      ['no commit', { pull: 7 }, 'is for commit unknown, but the head of the pull request is abc.'],
    ])('and refuses an approval for %s', async (_, more, message) => {
      await expect(readComment(approval(more))).rejects.toThrow(`The approval in pull request #7 ${message}`)
    })
  })
})
