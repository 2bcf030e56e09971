// The approval travels in the pull request's own comment: what people saw there is what they approved by merging.
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { findComment } from '../github/comment.ts'
import {
  connect,
  type GitHub,
  githubError,
  type PullRequest,
  pullRequestNow,
  pullRequestOf,
  pullRequestOfCommit,
} from '../github/github.ts'
import { type Run, stackId } from '../state/stack.ts'

/** A longer one would crowd the plan out of its own comment. */
const LONGEST = 30_000

/** The approval as an invisible part of a comment; `undefined` when it is too long for one. */
export const approvalNote = (sealed: string): string | undefined =>
  sealed.length > LONGEST ? undefined : `<!-- slipway:approval ${sealed} -->`

/** The approval in the body of a comment, if there is one. */
export const approvalIn = (body: string): string | undefined => /<!-- slipway:approval (\S+) -->/.exec(body)?.[1]

export interface ApprovalFound {
  readonly sealed: string
  readonly where: string
  /** Where it must have been made for. */
  readonly pull?: PullRequest
}

/** Finds the approval of this stack: in the pull request of the event, else in the one that the commit came from. */
export async function readApprovalComment(run: Run): Promise<ApprovalFound> {
  const github = await connect(run.inputs.github.token, run.world.env)
  try {
    const pull = await pullRequestToRead(github, run)
    const comment = await findComment(github, pull.number, stackId(run))
    const sealed = approvalIn(comment?.body ?? '')
    if (sealed === undefined) {
      throw new SlipwayError(`Pull request #${pull.number} has no approved plan of this stack (${stackId(run)}).`, {
        hint: 'Run `command: plan` on the pull request before it is merged, with the same `environment`, `fingerprint-key` and kind of `github-token`: only a comment by the same author counts.',
      })
    }
    return { sealed, where: `pull request #${pull.number}`, pull }
  } catch (error) {
    throw githubError(error, 'read the approval from the pull request', 'pull-requests: read')
  }
}

/** It is the merge that approves; only `verify`, which changes nothing, may look before it. */
async function pullRequestToRead(github: GitHub, { inputs, world: { env } }: Run): Promise<PullRequest> {
  const ofEvent = pullRequestOf(env)
  if (ofEvent === undefined) {
    const sha = env['GITHUB_SHA'] ?? ''
    const ofCommit = await pullRequestOfCommit(github, sha)
    if (ofCommit !== undefined) return ofCommit
    throw new SlipwayError(`Commit ${sha} came from no merged pull request, so no plan was approved there.`, {
      hint: 'Merge through a pull request that was planned, or pass an approval as `approved-plan`.',
    })
  }
  if (inputs.command === 'verify') return ofEvent
  const now = await pullRequestNow(github, ofEvent.number)
  if (now.merged) return now
  throw new SlipwayError(`Pull request #${now.number} is not merged, so nobody has approved its plan.`, {
    hint: 'Apply after the merge: `on: push` to the branch, or `on: pull_request` with `types: [closed]` and `if: github.event.pull_request.merged`. Before the merge, `command: verify` compares.',
  })
}
