// The approval is part of the pull request comment that shows its plan: a merge approves what that comment shows.

import { SlipwayError } from '../../../../toolkit/errors.ts'
import { findComment } from '../github/comment.ts'
import { connect, type GitHub, githubError } from '../github/github.ts'
import { type PullRequest, pullRequestNow, pullRequestOf, pullRequestOfCommit } from '../github/pull-request.ts'
import { type Stack, stackId } from '../state/stack.ts'

/** In characters. A longer approval would leave too little of the comment for the plan. */
const LONGEST = 30_000

/** The approval as an HTML comment; `undefined` when it is too long. */
export const approvalNote = (sealed: string): string | undefined =>
  sealed.length > LONGEST ? undefined : `<!-- slipway:approval ${sealed} -->`

/** The sealed approval in the body of a comment. */
export const approvalIn = (body: string): string | undefined => /<!-- slipway:approval (\S+) -->/.exec(body)?.[1]

export interface ApprovalFound {
  readonly sealed: string
  readonly where: string
  /** The pull request that it must have been made for. */
  readonly pull?: PullRequest
}

/**
 * Finds the approval of this stack: in the pull request of the event, else in the one that the commit came from.
 * @throws SlipwayError when there is none, or the pull request is not merged.
 */
export async function readApprovalComment(stack: Stack): Promise<ApprovalFound> {
  const github = await connect(stack.inputs.github.token, stack.world.env)
  try {
    const pull = await pullRequestToRead(stack, github)
    const comment = await findComment(github, pull.number, stackId(stack))
    const sealed = approvalIn(comment?.body ?? '')
    if (sealed === undefined) {
      throw new SlipwayError(`Pull request #${pull.number} has no approved plan for this stack (${stackId(stack)}).`, {
        hint: 'Run `command: plan` on the pull request before it is merged, with the same `environment`, `fingerprint-key` and kind of `github-token`: only a comment by the same author counts.',
      })
    }
    return { sealed, where: `pull request #${pull.number}`, pull }
  } catch (error) {
    throw githubError(error, 'read the approval from the pull request', 'pull-requests: read')
  }
}

/** The merge approves the plan. Only `verify`, which changes nothing, reads the approval of an open pull request. */
async function pullRequestToRead({ world: { env }, inputs }: Stack, github: GitHub): Promise<PullRequest> {
  const ofEvent = pullRequestOf(env)
  if (ofEvent === undefined) {
    const sha = env['GITHUB_SHA'] ?? ''
    const ofCommit = await pullRequestOfCommit(github, sha)
    if (ofCommit !== undefined) return ofCommit
    throw new SlipwayError(`Commit ${sha} belongs to no merged pull request, so no plan is approved for it.`, {
      hint: 'Merge a pull request that has a plan, or pass an approval as `approved-plan`.',
    })
  }
  if (inputs.command === 'verify') return ofEvent
  const now = await pullRequestNow(github, ofEvent.number)
  if (now.merged) return now
  throw new SlipwayError(`Pull request #${now.number} is not merged, so its plan is not approved.`, {
    hint: 'Apply after the merge: `on: push` to the branch, or `on: pull_request` with `types: [closed]` and `if: github.event.pull_request.merged`. Before the merge, `command: verify` compares a new plan with it.',
  })
}
