import { readEventPayload } from '../../../../toolkit/github.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { GitHub } from './github.ts'

/** A pull request, and the last commit of its branch. */
export interface PullRequest {
  readonly number: number
  readonly head: string
}

/** The pull request of the workflow's event; `undefined` for any other event. */
export function pullRequestOf(env: Environment): PullRequest | undefined {
  const payload = readEventPayload(env) as { pull_request?: { number?: number; head?: { sha?: string } } } | undefined
  const pull = payload?.pull_request
  return pull?.number === undefined ? undefined : { number: pull.number, head: pull.head?.sha ?? '' }
}

/** A pull request as it is now. The event has an older view, and its run may be started again much later. */
export interface PullRequestNow extends PullRequest {
  readonly open: boolean
  readonly merged: boolean
}

/** Asks GitHub for the current state of a pull request. */
export async function pullRequestNow({ rest, owner, repo }: GitHub, number: number): Promise<PullRequestNow> {
  const { data } = await rest.rest.pulls.get({ owner, repo, pull_number: number })
  return { number, head: data.head.sha, open: data.state === 'open', merged: typeof data.merged_at === 'string' }
}

/** The merged pull request that a commit came from. An open one does not count: it is the merge that approves. */
export async function pullRequestOfCommit(
  { rest, owner, repo }: GitHub,
  sha: string,
): Promise<PullRequest | undefined> {
  const { data } = await rest.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: sha })
  const merged = data.filter(({ merged_at }) => typeof merged_at === 'string')
  const found = merged.find(({ merge_commit_sha }) => merge_commit_sha === sha) ?? merged[0]
  return found && { number: found.number, head: found.head.sha }
}
