import { readFileSync } from 'node:fs'
import type { getOctokit } from '@actions/github'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'

/** GitHub's API, for this repository. */
export interface GitHub {
  readonly rest: ReturnType<typeof getOctokit>
  readonly owner: string
  readonly repo: string
}

/** Connects with a token to the repository that the workflow runs in. A run that GitHub is not asked about starts without. */
export async function connect(token: string, env: Environment): Promise<GitHub> {
  const [owner = '', repo = ''] = (env['GITHUB_REPOSITORY'] ?? '').split('/')
  if (repo === '') {
    throw new SlipwayError('GITHUB_REPOSITORY is not set: this does not run in a GitHub workflow.', {
      hint: 'Run it in a workflow, or set GITHUB_REPOSITORY to `owner/name` there where you run it.',
    })
  }
  const baseUrl = env['GITHUB_API_URL']
  const { getOctokit } = await import('@actions/github')
  return { rest: getOctokit(token, baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }), owner, repo }
}

/** A pull request, and the last commit of its branch. */
export interface PullRequest {
  readonly number: number
  readonly head: string
}

/** The pull request that the run belongs to, by its event; `undefined` for any other event. */
export function pullRequestOf(env: Environment): PullRequest | undefined {
  const path = env['GITHUB_EVENT_PATH']
  if (path === undefined || path === '') return undefined
  const { pull_request: pull } = JSON.parse(readFileSync(path, 'utf8')) as {
    pull_request?: { number?: number; head?: { sha?: string } }
  }
  return pull?.number === undefined ? undefined : { number: pull.number, head: pull.head?.sha ?? '' }
}

/** A pull request as it stands now. An event tells how it stood then, and its run may be started again much later. */
export interface PullRequestNow extends PullRequest {
  readonly open: boolean
  readonly merged: boolean
}

/** Asks GitHub how a pull request stands. */
export async function pullRequestNow({ rest, owner, repo }: GitHub, number: number): Promise<PullRequestNow> {
  const { data } = await rest.rest.pulls.get({ owner, repo, pull_number: number })
  return { number, head: data.head.sha, open: data.state === 'open', merged: typeof data.merged_at === 'string' }
}

/** The merged pull request that a commit came from. One that is still open has been approved by nobody. */
export async function pullRequestOfCommit(
  { rest, owner, repo }: GitHub,
  sha: string,
): Promise<PullRequest | undefined> {
  const { data } = await rest.rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: sha })
  const merged = data.filter(({ merged_at }) => typeof merged_at === 'string')
  const found = merged.find(({ merge_commit_sha }) => merge_commit_sha === sha) ?? merged[0]
  return found && { number: found.number, head: found.head.sha }
}

/** Whom we write as. GraphQL tells it of every token; REST does not of a workflow's own. */
export async function ownLogin({ rest }: GitHub): Promise<string> {
  const { viewer } = await rest.graphql<{ viewer: { login: string } }>('query { viewer { login } }')
  return viewer.login
}

/** GitHub's refusal in our words. `doing` completes "Could not …". */
export function githubError(error: unknown, doing: string, permission: string): SlipwayError {
  if (error instanceof SlipwayError) return error
  const { status, message } = error as { status?: number; message?: string }
  const denied = status === 403 || status === 404 || status === 401
  return new SlipwayError(`Could not ${doing}: ${message ?? error}`, {
    cause: error,
    ...(denied
      ? { hint: `Give the job \`permissions: ${permission}\`, and pass a token that has it as \`github-token\`.` }
      : {}),
  })
}

/** Does something on GitHub that the apply does not depend on: its failure is a warning. */
export async function orWarn<T>(world: World, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task()
  } catch (error) {
    const { message, hint } = error as SlipwayError
    world.log.warning(hint === undefined ? message : `${message}\n${hint}`)
    return undefined
  }
}
