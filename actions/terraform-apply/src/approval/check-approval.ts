import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { PullRequest } from '../github/github.ts'
import type { Plan } from '../plan-json/plan-json.ts'
import type { Review } from '../review/review.ts'
import { type Run, stackId } from '../state/stack.ts'
import { type Approval, notApproved, openApproval } from './approval.ts'
import { type ApprovalFound, readApprovalComment } from './approval-comment.ts'

/** What was approved before this run: the one plan with a fingerprint, or all that an approval covers. */
export type Approved = { readonly fingerprint: string } | { readonly approval: Approval; readonly where: string }

/**
 * Reads what was approved; `undefined` when no approval is asked for. Before anything is planned or shown: what this run
 * itself writes can then not be taken for it.
 * @throws SlipwayError when there is none, or one that was made with another key, for another stack, or for another commit.
 */
export async function readApproved(run: Run): Promise<Approved | undefined> {
  const { approved, key } = run.inputs.approval
  if (approved === undefined || key === undefined) return undefined
  if (approved !== 'pull-request' && !approved.startsWith('v1.')) return { fingerprint: approved }
  const { sealed, where, pull }: ApprovalFound =
    approved === 'pull-request'
      ? await readApprovalComment(run)
      : { sealed: approved, where: 'the input `approved-plan`' }
  const approval = openApproval(sealed, key, where)
  if (pull !== undefined) requireSamePull(approval, pull, where)
  if (approval.stack !== stackId(run)) {
    throw new SlipwayError(`The approval in ${where} is for another stack: ${approval.stack}, not ${stackId(run)}.`, {
      hint: 'Each stack and environment is approved by itself.',
    })
  }
  return { approval, where }
}

/** @throws SlipwayError when the plan does more than was approved. */
export function checkApproval({ saved, approval, hasChanges }: Review, approved: Approved | undefined, run: Run): void {
  const { key } = run.inputs.approval
  if (approved === undefined || key === undefined || approval === undefined) return
  refuseActions(saved.plan)
  if ('fingerprint' in approved) {
    // A plan that changes nothing does no more than any other: the approved one was applied already.
    if (hasChanges) requireSameFingerprint(approved.fingerprint, approval.fingerprint)
  } else requireNoMore(notApproved(saved.plan, approved.approval, key), approved.where)
  run.world.log.info('Everything in the plan was approved.')
}

/** An approval says nothing of them, and what they do is in no plan. */
function refuseActions({ action_invocations = [] }: Plan): void {
  if (action_invocations.length === 0) return
  const lines = action_invocations.map(({ address }) => `  ${address}`).join('\n')
  throw new SlipwayError(`The plan invokes actions, and \`approved-plan\` does not cover these:\n${lines}`, {
    hint: 'Nothing was changed. Apply such a stack without `approved-plan`, behind the approval of a GitHub environment.',
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

const APPROVE_THIS = 'Nothing was changed. Review the new plan above, and approve that.'

/** An approval travels in a comment that others can edit: it holds for the very commit that it was made for. */
function requireSamePull(opened: Approval, pull: PullRequest, where: string): void {
  if (opened.pull !== pull.number) {
    throw new SlipwayError(`The approval in ${where} was made for pull request #${opened.pull}.`, {
      hint: 'Plan again on the pull request itself, and approve that plan.',
    })
  }
  if (opened.head === undefined || opened.head !== pull.head) {
    throw new SlipwayError(
      `The approval in ${where} is for commit ${opened.head ?? 'unknown'}, and its head is ${pull.head}.`,
      {
        hint: 'What was merged is not what was planned. Open a pull request anew, and approve the plan of its last commit.',
      },
    )
  }
}
