// The plan in a comment on the pull request. What people saw there is what they approve by merging: so an approval is part of
// the comment that shows its plan, and nothing but another plan, before the merge, takes the place of either.
import { join as paragraphs } from '../../../../toolkit/markdown.ts'
import { sealApproval } from '../approval/approval.ts'
import { approvalIn, approvalNote } from '../approval/approval-comment.ts'
import { COMMENT_LIMIT, commentMarker, findComment, writeComment } from '../github/comment.ts'
import { connect, githubError, orWarn, type PullRequest, pullRequestNow, pullRequestOf } from '../github/github.ts'
import type { Review } from '../review/review.ts'
import { type Run, stackId } from '../state/stack.ts'
import { type PlanView, planReport } from './plan-report.ts'

/** Shows the plan on the pull request of the event, where there is one. */
export async function commentPlan(view: PlanView, review: Review, run: Run): Promise<void> {
  const { github } = run.inputs
  const pull = pullRequestOf(run.world.env)
  if (!github.comment || github.token === '' || pull === undefined) return
  await orWarn(run.world, () =>
    writePlan(view, review, pull, run).catch((error) => {
      throw githubError(error, `comment on pull request #${pull.number}`, 'pull-requests: write')
    }),
  )
}

async function writePlan(view: PlanView, review: Review, pull: PullRequest, run: Run): Promise<void> {
  const { command, github } = run.inputs
  const api = await connect(github.token, run.world.env)
  const mayBeApproved = command === 'plan' && (await pullRequestNow(api, pull.number)).open
  const there = await findComment(api, pull.number, stackId(run))
  if (!mayBeApproved && approvalIn(there?.body ?? '') !== undefined) {
    run.world.log.info(
      `The comment on pull request #${pull.number} keeps the plan that can be approved there; this one is in the summary.`,
    )
    return
  }
  const note = mayBeApproved ? noteOf(review, pull, run) : undefined
  const url = await writeComment(api, pull.number, there, commentBody(view, review, note, run))
  run.world.step.output('comment-url', url)
}

/** The approval of this plan, for this commit of the pull request. */
function noteOf({ approval }: Review, { number, head }: PullRequest, run: Run): string | undefined {
  const { key } = run.inputs.approval
  if (approval === undefined || key === undefined) return undefined
  return approvalNote(sealApproval({ ...approval, pull: number, head }, key)) ?? TOO_LONG
}

const TOO_LONG =
  '_This plan is too large to be approved from a comment: pass its `approval` output on as `approved-plan`._'

function commentBody(view: PlanView, { scrub }: Review, note: string | undefined, run: Run): string {
  const marker = commentMarker(stackId(run))
  const room = COMMENT_LIMIT - Buffer.byteLength(marker) - Buffer.byteLength(note ?? '') - 10
  return `${marker}\n${paragraphs(scrub(planReport(view, room)), note)}`
}
