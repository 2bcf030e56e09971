// The plan as a comment on the pull request. A merge approves what that comment shows. So the approval is part of the comment that
// shows its plan, and only another plan before the merge replaces it.

import { join as paragraphs } from '../../../../toolkit/text/markdown.ts'
import { sealApproval } from '../approval/approval.ts'
import { approvalIn, approvalNote } from '../approval/approval-comment.ts'
import { COMMENT_LIMIT, commentMarker, findComment, publishComment } from '../github/comment.ts'
import { connect, githubError, orWarn } from '../github/github.ts'
import { type PullRequest, pullRequestNow, pullRequestOf } from '../github/pull-request.ts'
import type { Review } from '../review/review.ts'
import { type Stack, stackId } from '../state/stack.ts'
import { type PlanView, planReport } from './plan-report.ts'

/** Publishes the plan on the pull request of the event, if there is one. A failure is logged as a warning. */
export async function publishPlan(stack: Stack, review: Review, view: PlanView): Promise<void> {
  const { world, inputs } = stack
  const { github } = inputs
  const pull = pullRequestOf(world.env)
  if (!github.comment || pull === undefined) return
  if (github.token === '') {
    world.log.warning(
      `The plan is not shown on pull request #${pull.number}: the input \`github-token\` is empty.\nFix its expression, leave the input out, or set \`comment: false\`.`,
    )
    return
  }
  await orWarn(world, () =>
    writePlan(stack, review, view, pull).catch((error) => {
      throw githubError(error, `comment on pull request #${pull.number}`, 'pull-requests: write')
    }),
  )
}

async function writePlan(stack: Stack, review: Review, view: PlanView, pull: PullRequest): Promise<void> {
  const { world, inputs } = stack
  const github = await connect(inputs.github.token, world.env)
  const canBeApproved = inputs.command === 'plan' && (await pullRequestNow(github, pull.number)).open
  const existing = await findComment(github, pull.number, stackId(stack))
  if (!canBeApproved && approvalIn(existing?.body ?? '') !== undefined) {
    world.log.info(
      `The comment on pull request #${pull.number} keeps the plan that can be approved there; this plan is in the summary.`,
    )
    return
  }
  const note = canBeApproved ? approvalNoteOf(stack, review, pull) : undefined
  const url = await publishComment(github, pull.number, existing, commentBody(stack, review, view, note))
  world.step.output('comment-url', url)
}

/** The approval of this plan, for this commit of the pull request. */
function approvalNoteOf({ inputs }: Stack, { approval }: Review, { number, head }: PullRequest): string | undefined {
  const { key } = inputs.approval
  if (approval === undefined || key === undefined) return undefined
  return approvalNote(sealApproval({ ...approval, pull: number, head }, key)) ?? TOO_LONG
}

const TOO_LONG =
  '_This plan is too large to be approved from a comment: pass its output `approval` to the input `approved-plan`._'

function commentBody(stack: Stack, { scrub }: Review, view: PlanView, note: string | undefined): string {
  const marker = commentMarker(stackId(stack))
  const limit = COMMENT_LIMIT - Buffer.byteLength(marker) - Buffer.byteLength(note ?? '') - 10
  return `${marker}\n${paragraphs(scrub(planReport(view, limit)), note)}`
}
