import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { PullRequest } from '../github/pull-request.ts'
import type { Plan } from '../plan-json/plan-json.ts'
import { type Stack, stackId } from '../state/stack.ts'
import { type Approval, notApproved, openApproval } from './approval.ts'
import { type ApprovalFound, readApprovalComment } from './approval-comment.ts'

/** What was approved before this run: the plan with a fingerprint, or every change that an approval covers. */
export type Approved =
  | { readonly kind: 'fingerprint'; readonly fingerprint: string }
  | { readonly kind: 'approval'; readonly approval: Approval; readonly where: string }

/** The plan to check. */
export interface PlannedNow {
  readonly saved: { readonly plan: Plan }
  readonly hasChanges: boolean
  /** The approval that this plan would need; `undefined` without a key. */
  readonly approval: Approval | undefined
}

/**
 * Reads what was approved; `undefined` when `approved-plan` is not set. Call it before planning, so that a comment which this run
 * writes itself is not taken for an approval.
 * @throws SlipwayError when there is no approval, or it is for another key, stack or commit.
 */
export async function readApproved(stack: Stack): Promise<Approved | undefined> {
  const { approved, key } = stack.inputs.approval
  if (approved === undefined || key === undefined) return undefined
  if (approved !== 'pull-request' && !approved.startsWith('v1.')) return { kind: 'fingerprint', fingerprint: approved }
  const { sealed, where, pull }: ApprovalFound =
    approved === 'pull-request'
      ? await readApprovalComment(stack)
      : { sealed: approved, where: 'the input `approved-plan`' }
  const approval = openApproval(sealed, key, where)
  if (pull !== undefined) requireSameCommit(approval, pull, where)
  if (approval.stack !== stackId(stack)) {
    throw new SlipwayError(`The approval in ${where} is for another stack: ${approval.stack}, not ${stackId(stack)}.`, {
      hint: 'Each stack and environment needs its own approval.',
    })
  }
  return { kind: 'approval', approval, where }
}

/** @throws SlipwayError when the plan has a change that was not approved. */
export function checkApproval(
  { world, inputs }: Pick<Stack, 'world' | 'inputs'>,
  { saved, hasChanges, approval }: PlannedNow,
  approved: Approved | undefined,
): void {
  const { key } = inputs.approval
  if (approved === undefined || key === undefined || approval === undefined) return
  refuseActions(saved.plan)
  if (approved.kind === 'fingerprint') {
    // A plan without changes is fine: the approved one has been applied already.
    if (hasChanges) requireSameFingerprint(approved.fingerprint, approval.fingerprint)
  } else requireNoMore(notApproved(saved.plan, approved.approval, key), approved.where)
  world.log.info('Every change in the plan was approved.')
}

/** The plan does not show what an action does, so an approval cannot cover it. */
function refuseActions({ action_invocations = [] }: Plan): void {
  if (action_invocations.length === 0) return
  const lines = action_invocations.map(({ address }) => `  ${address}`).join('\n')
  throw new SlipwayError(`The plan invokes actions, which \`approved-plan\` does not cover:\n${lines}`, {
    hint: 'Nothing was changed. Apply such a stack without `approved-plan`, in a GitHub environment with required reviewers.',
  })
}

function requireSameFingerprint(approved: string, planned: string): void {
  if (planned === approved) return
  throw new SlipwayError(`The plan is not the approved one: its fingerprint is ${planned}, not ${approved}.`, {
    hint: APPROVE_THIS,
  })
}

function requireNoMore(more: readonly string[], where: string): void {
  if (more.length === 0) return
  const lines = more.map((line) => `  ${line}`).join('\n')
  throw new SlipwayError(`The plan does more than was approved in ${where}:\n${lines}`, { hint: APPROVE_THIS })
}

const APPROVE_THIS = 'Nothing was changed. Review the new plan above, and approve it.'

/** Others can edit the comment that holds the approval, so it must be for this pull request and its last commit. */
function requireSameCommit(opened: Approval, pull: PullRequest, where: string): void {
  if (opened.pull !== pull.number) {
    throw new SlipwayError(`The approval in ${where} was made for pull request #${opened.pull}.`, {
      hint: 'Plan again on the pull request itself, and approve that plan.',
    })
  }
  if (opened.head === undefined || opened.head !== pull.head) {
    throw new SlipwayError(
      `The approval in ${where} is for commit ${opened.head ?? 'unknown'}, but the head of the pull request is ${pull.head}.`,
      {
        hint: 'The merged commit is not the planned one. Open a new pull request, and approve the plan of its last commit.',
      },
    )
  }
}
