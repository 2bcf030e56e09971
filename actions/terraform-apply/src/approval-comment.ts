// The approval travels in the pull request's own comment: what people saw there is what they approved by merging.
import { SlipwayError } from '../../../toolkit/errors.ts'
import { findComment } from './comment.ts'
import { connect, githubError, type PullRequest, pullRequestOf, pullRequestOfCommit } from './github.ts'
import { type Run, stackId } from './run.ts'

/** A longer one would crowd the plan out of its own comment. */
const LONGEST = 30_000

/** The approval as an invisible part of a comment; `undefined` when it is too long for one. */
export const approvalNote = (sealed: string): string | undefined =>
  sealed.length > LONGEST ? undefined : `<!-- slipway:approval ${sealed} -->`

export interface ApprovalFound {
  readonly sealed: string
  readonly where: string
  /** Where it must have been made for. */
  readonly pull?: PullRequest
}

/** Finds the approval of this stack: in the pull request of the event, else in the one that the commit came from. */
export async function readApprovalComment(run: Run): Promise<ApprovalFound> {
  const { env } = run.world
  const github = await connect(run.inputs.github.token, env)
  const doing = 'read the approval from the pull request'
  try {
    const pull = pullRequestOf(env) ?? (await pullRequestOfCommit(github, env['GITHUB_SHA'] ?? ''))
    if (pull === undefined) {
      throw new SlipwayError(
        `Commit ${env['GITHUB_SHA']} came from no merged pull request, so no plan was approved there.`,
        {
          hint: 'Merge through a pull request that was planned, or pass an approval as `approved-plan`.',
        },
      )
    }
    const comment = await findComment(github, pull.number, stackId(run))
    const sealed = /<!-- slipway:approval (\S+) -->/.exec(comment?.body ?? '')?.[1]
    if (sealed === undefined) {
      throw new SlipwayError(`Pull request #${pull.number} has no approved plan of this stack (${stackId(run)}).`, {
        hint: 'Run `command: plan` on the pull request, with the same `environment`, `fingerprint-key` and kind of `github-token`: only a comment by the same author counts.',
      })
    }
    return { sealed, where: `pull request #${pull.number}`, pull }
  } catch (error) {
    throw githubError(error, doing, 'pull-requests: read')
  }
}
