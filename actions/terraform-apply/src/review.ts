import { SlipwayError } from '../../../toolkit/errors.ts'
import { type Approval, approvalOf, notApproved, openApproval } from './approval.ts'
import { type ApprovalFound, readApprovalComment } from './approval-comment.ts'
import { type Change, changesOf, driftOf, type OutputChange, outputChangesOf } from './changes.ts'
import type { PullRequest } from './github.ts'
import { type Breach, breachesOf } from './guard-rails.ts'
import type { SavedPlan } from './plan.ts'
import { hasChanges } from './plan-json.ts'
import { type Run, stackId } from './run.ts'
import { scrubber, secretsOf } from './sensitive.ts'

/** A plan, looked at from every side that matters before it is applied. */
export interface Review {
  readonly saved: SavedPlan
  readonly hasChanges: boolean
  readonly changes: readonly Change[]
  readonly outputs: readonly OutputChange[]
  readonly drift: readonly Change[]
  /** What the guard rails hold up. */
  readonly breaches: readonly Breach[]
  /** What may be approved of it; without a key there is nothing to approve. */
  readonly approval: Approval | undefined
  /** Takes every secret of the plan out of a text. */
  readonly scrub: (text: string) => string
}

/** Looks at a plan. From here on the runner masks what is secret in it. */
export function review(saved: SavedPlan, run: Run): Review {
  const { plan } = saved
  const { approval, guardRails } = run.inputs
  const changes = changesOf(plan)
  const secrets = secretsOf(plan)
  for (const secret of secrets) run.world.log.mask(secret)
  return {
    saved,
    hasChanges: hasChanges(plan),
    changes,
    outputs: outputChangesOf(plan),
    drift: driftOf(plan),
    breaches: breachesOf(changes, guardRails),
    approval: approval.key === undefined ? undefined : approvalOf(plan, stackId(run), approval.key),
    scrub: scrubber(secrets),
  }
}

/** @throws SlipwayError when an approval is asked for, and the plan does more than was approved. */
export async function checkApproval({ saved, approval }: Review, run: Run): Promise<void> {
  const { approved, key } = run.inputs.approval
  if (approved === undefined || key === undefined || approval === undefined) return
  if (approved === approval.fingerprint) return run.world.log.info('The plan is the one that was approved.')
  if (approved !== 'pull-request' && !approved.startsWith('v1.')) {
    throw new SlipwayError(
      `The plan is not the approved one: its fingerprint is ${approval.fingerprint}, not ${approved}.`,
      {
        hint: 'Nothing was changed. Review the new plan above, and approve that.',
      },
    )
  }
  const found: ApprovalFound =
    approved === 'pull-request'
      ? await readApprovalComment(run)
      : { sealed: approved, where: 'the input `approved-plan`' }
  const { where } = found
  const opened = openApproval(found.sealed, key, where)
  if (found.pull !== undefined) requireSamePull(opened, found.pull, where)
  if (opened.stack !== approval.stack) {
    throw new SlipwayError(`The approval in ${where} is for another stack: ${opened.stack}, not ${approval.stack}.`, {
      hint: 'Each stack and environment is approved by itself.',
    })
  }
  const more = notApproved(saved.plan, opened, key)
  if (more.length > 0) {
    throw new SlipwayError(
      `The plan does more than was approved in ${where}:\n${more.map((line) => `  ${line}`).join('\n')}`,
      {
        hint: 'Nothing was changed. Review the new plan above, and approve that.',
      },
    )
  }
  run.world.log.info('Everything in the plan was approved.')
}

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
