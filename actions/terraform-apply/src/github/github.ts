import type { getOctokit } from '@actions/github'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import { openFetch } from './fetch.ts'

/** GitHub's API, and the repository that the workflow runs in. */
export interface GitHub {
  readonly rest: ReturnType<typeof getOctokit>
  readonly owner: string
  readonly repo: string
}

/** Connects with a token. Loads the client on first use: most runs call no API. @throws SlipwayError outside a workflow. */
export async function connect(token: string, env: Environment): Promise<GitHub> {
  const [owner = '', repo = ''] = (env['GITHUB_REPOSITORY'] ?? '').split('/')
  if (repo === '') {
    throw new SlipwayError('GITHUB_REPOSITORY is not set: this is not a GitHub workflow run.', {
      hint: 'Run it in a workflow, or set GITHUB_REPOSITORY to `owner/name` where you run it.',
    })
  }
  const baseUrl = env['GITHUB_API_URL']
  const { getOctokit } = await import('@actions/github')
  const address = baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }
  return { rest: getOctokit(token, { ...address, request: { fetch: openFetch(env) } }), owner, repo }
}

/** Login of the token's user. GraphQL has it for every token, REST not for a workflow's own. */
export async function ownLogin({ rest }: GitHub): Promise<string> {
  const { viewer } = await rest.graphql<{ viewer: { login: string } }>('query { viewer { login } }')
  return viewer.login
}

/** An error of GitHub's API with our hint. `doing` completes "Could not …". */
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

/** Runs a task that the apply does not depend on: a failure is logged as a warning. */
export async function orWarn<T>(world: World, task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task()
  } catch (error) {
    const { message, hint } = error as SlipwayError
    world.log.warning(hint === undefined ? message : `${message}\n${hint}`)
    return undefined
  }
}
