import type { Answer, Request } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../kernel/journal.ts'
import { type Route, readRequest, send } from '../kernel/server.ts'
import { GitHubError, json, page, writeGitHubError } from './answers.ts'
import { ACTIONS, type Comment, type Issue, type IssueChange, Repository, type WorkflowRun } from './repository.ts'

export interface GitHub {
  readonly route: Route
  /** A repository by its owner/name, created at the first use. A test sets up pull requests and runs in it. */
  repository(name: string): Repository
}

/** A read-only token, as of a job with `permissions: read-all`. Any other token may do everything. */
const READ_ONLY_TOKEN = 'read-only'

type Body = Readonly<Record<string, unknown>>
type Endpoint = (repository: Repository, match: readonly string[], request: Request, body: Body) => Answer

/** Simulates the parts of GitHub's API that the actions use, below `/github/`. The journal has no tokens. */
export function createGitHub({ clock, journal }: { clock: Clock; journal: Journal }): GitHub {
  const repositories = new Map<string, Repository>()
  const repository = (name: string) => {
    const known = repositories.get(name) ?? new Repository(name, clock)
    repositories.set(name, known)
    return known
  }

  function answer(request: Request): Answer {
    const token = /^(?:token|bearer) (.+)$/i.exec(String(request.headers['authorization'] ?? ''))?.[1]
    if (token === undefined) throw new GitHubError(401, 'Requires authentication')
    // GraphQL has one query only, `viewer`: REST does not identify a workflow's token.
    if (
      request.url.pathname === '/github/graphql' &&
      /\bviewer\s*\{\s*login\s*\}/.test(text(parse(request)['query']))
    ) {
      return json(200, { data: { viewer: { login: ACTIONS } } })
    }
    if (token === READ_ONLY_TOKEN && request.method !== 'GET') {
      throw new GitHubError(403, 'Resource not accessible by integration')
    }
    const [, name, path] = /^\/github\/repos\/([^/]+\/[^/]+)(\/.*)$/.exec(request.url.pathname) ?? []
    for (const [method, pattern, endpoint] of ENDPOINTS) {
      const match = method === request.method ? pattern.exec(path ?? '') : null
      if (match !== null) return endpoint(repository(name ?? ''), match.slice(1), request, parse(request))
    }
    throw new GitHubError(
      404,
      `Not Found: the rehearsal's GitHub does not have ${request.method} ${request.url.pathname}`,
    )
  }

  return {
    repository,
    route: {
      claims: ({ url }) => url.pathname.startsWith('/github/'),
      async serve(exchange) {
        const request = await readRequest(exchange)
        const about = { type: 'github', method: request.method, path: request.url.pathname.slice('/github'.length) }
        try {
          const given = answer(request)
          journal.write({ ...about, outcome: 'ok', status: given.status })
          send(exchange, given)
        } catch (error) {
          if (!(error instanceof GitHubError)) throw error
          journal.write({ ...about, outcome: error.message, status: error.status })
          send(exchange, writeGitHubError(error))
        }
      },
    },
  }
}

const ENDPOINTS: readonly (readonly [method: string, path: RegExp, endpoint: Endpoint])[] = [
  [
    'GET',
    /^\/issues$/,
    (repository, _, request) => {
      const { searchParams } = request.url
      const state = searchParams.get('state') ?? 'open'
      const labels = (searchParams.get('labels') ?? '').split(',').filter((label) => label !== '')
      const found = [...repository.issues.values()].filter(
        (issue) => (state === 'all' || issue.state === state) && labels.every((label) => issue.labels.includes(label)),
      )
      // The newest first, as GitHub does.
      return page(
        request,
        found.reverse().map((issue) => issueData(repository, issue)),
      )
    },
  ],
  [
    'POST',
    /^\/issues$/,
    (repository, _, __, { title, body, labels }) =>
      json(201, issueData(repository, repository.openIssue(text(title), text(body), texts(labels)))),
  ],
  [
    'GET',
    /^\/issues\/(\d+)$/,
    (repository, [number]) => json(200, issueData(repository, repository.issue(Number(number)))),
  ],
  [
    'PATCH',
    /^\/issues\/(\d+)$/,
    (repository, [number], _, { title, body, state, state_reason }) => {
      const change: IssueChange = {}
      if (title !== undefined) change.title = text(title)
      if (body !== undefined) change.body = text(body)
      if (state === 'open' || state === 'closed') change.state = state
      if (typeof state_reason === 'string') change.stateReason = state_reason
      return json(200, issueData(repository, repository.updateIssue(Number(number), change)))
    },
  ],
  [
    'GET',
    /^\/issues\/(\d+)\/comments$/,
    (repository, [number], request) =>
      page(
        request,
        repository.commentsOf(Number(number)).map((comment) => commentData(repository, comment)),
      ),
  ],
  [
    'POST',
    /^\/issues\/(\d+)\/comments$/,
    (repository, [number], _, { body }) =>
      json(201, commentData(repository, repository.comment(Number(number), text(body)))),
  ],
  [
    'PATCH',
    /^\/issues\/comments\/(\d+)$/,
    (repository, [id], _, { body }) =>
      json(200, commentData(repository, repository.updateComment(Number(id), text(body)))),
  ],
  [
    'GET',
    /^\/commits\/([^/]+)\/pulls$/,
    (repository, [sha = ''], request) => page(request, repository.pullsOf(sha).map(pullData)),
  ],
  ['GET', /^\/pulls\/(\d+)$/, (repository, [number]) => json(200, pullData(repository.pull(Number(number))))],
  ['GET', /^\/actions\/runs\/(\d+)$/, (repository, [id]) => json(200, runData(repository.run(Number(id))))],
  [
    'GET',
    /^\/actions\/runs\/(\d+)\/attempts\/(\d+)$/,
    (repository, [id, attempt]) => {
      const run = repository.run(Number(id))
      if (Number(attempt) > run.attempt) throw new GitHubError(404, 'Not Found')
      // An attempt before the latest is completed.
      return json(200, runData(Number(attempt) < run.attempt ? { ...run, status: 'completed' } : run))
    },
  ],
]

function parse({ body }: Request): Body {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString()) as Body
  } catch {
    throw new GitHubError(400, 'Problems parsing JSON')
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

const issueData = ({ name }: Repository, issue: Issue) => ({
  number: issue.number,
  title: issue.title,
  body: issue.body,
  state: issue.state,
  state_reason: issue.stateReason,
  labels: issue.labels.map((label) => ({ name: label })),
  html_url: `https://github.com/${name}/issues/${issue.number}`,
  ...(issue.pull === undefined ? {} : { pull_request: {} }),
})

const commentData = ({ name }: Repository, { id, issue, author, body, createdAt, updatedAt }: Comment) => ({
  id,
  body,
  created_at: createdAt,
  updated_at: updatedAt,
  user: { login: author, type: author.endsWith('[bot]') ? 'Bot' : 'User' },
  html_url: `https://github.com/${name}/issues/${issue}#issuecomment-${id}`,
})

const pullData = ({ number, state, pull }: Issue) => ({
  number,
  state,
  merged_at: pull?.mergeCommit ? '2026-01-01T00:00:00Z' : null,
  merge_commit_sha: pull?.mergeCommit ?? null,
  head: { sha: pull?.commits.at(-1) ?? '' },
})

const runData = ({ id, attempt, status, conclusion }: WorkflowRun) => ({ id, run_attempt: attempt, status, conclusion })
