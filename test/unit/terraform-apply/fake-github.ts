import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerJson, scriptedServer } from '../../support/scripted-server.ts'

export interface FakePull {
  readonly number: number
  /** The head of its branch. */
  readonly head: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly mergeCommit?: string
}

export interface FakeComment {
  readonly id: number
  readonly pull: number
  readonly login: string
  readonly body: string
}

/** The API of GitHub for `acme/infra`, on this machine. The token belongs to `slipway-bot`. Keeps what is written. */
export async function fakeGitHub() {
  const pulls: FakePull[] = []
  const comments: FakeComment[] = []
  /** Status of workflow runs by id. */
  const runs = new Map<number, string>()
  /** Open issues with the label of drift. */
  const issues: { readonly number: number; readonly body: string }[] = []
  /** The status with which it refuses to write. */
  const denied: { status?: number } = {}
  const writes: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'slipway-github-'))

  const asPull = ({ number, head, state, mergeCommit }: FakePull) => ({
    number,
    head: { sha: head },
    state: state === 'open' ? 'open' : 'closed',
    merged_at: state === 'merged' ? '2026-01-01T00:00:00Z' : null,
    merge_commit_sha: mergeCommit ?? null,
  })
  const asComment = ({ id, login, body }: FakeComment) => ({
    id,
    body,
    user: { login },
    html_url: `https://comment/${id}`,
  })
  const save = (comment: FakeComment) => {
    const index = comments.findIndex(({ id }) => id === comment.id)
    comments.splice(index < 0 ? comments.length : index, 1, comment)
    writes.push(`${index < 0 ? 'create' : 'update'} ${comment.id}`)
    return asComment(comment)
  }

  const found = (value: object | undefined) => (value === undefined ? { status: 404 } : { data: value })
  type Answer = { readonly status?: number; readonly data?: unknown }
  const routes: readonly (readonly [string, (id: number, body: string) => Answer])[] = [
    ['POST /graphql', () => ({ data: { data: { viewer: { login: 'slipway-bot' } } } })],
    ['GET /issues/ID/comments', (id) => ({ data: comments.filter(({ pull }) => pull === id).map(asComment) })],
    [
      'POST /issues/ID/comments',
      (pull, body) => ({ data: save({ id: 100 + comments.length, pull, login: 'slipway-bot', body }) }),
    ],
    [
      'PATCH /issues/comments/ID',
      (id, body) => {
        const old = comments.find((comment) => comment.id === id)
        return found(old && save({ ...old, body }))
      },
    ],
    ['GET /commits/[^/]+/pulls', () => ({ data: pulls.map(asPull) })],
    ['GET /pulls/ID', (id) => found(pulls.filter(({ number }) => number === id).map(asPull)[0])],
    ['GET /actions/runs/ID/attempts/1', (id) => found(runs.has(id) ? { status: runs.get(id) } : undefined)],
    ['GET /issues', () => ({ data: issues })],
    [
      'POST /issues',
      (_, body) => {
        issues.push({ number: issues.length + 1, body })
        return { data: {} }
      },
    ],
  ]
  const server = await scriptedServer(({ method, path, body }, response) => {
    if (method !== 'GET' && path !== '/graphql' && denied.status !== undefined) {
      return answerJson(response, denied.status, { message: 'Resource not accessible by integration' })
    }
    const asked = `${method} ${path.replace('/repos/acme/infra', '')}`
    for (const [route, answer] of routes) {
      const match = new RegExp(`^${route.replace('ID', '(\\d+)')}$`).exec(asked)
      if (match === null) continue
      const { status = 200, data = {} } = answer(Number(match[1]), (body as { body?: string } | undefined)?.body ?? '')
      return answerJson(response, status, data)
    }
    return answerJson(response, 404, { message: `${asked} is not scripted` })
  })
  const env = { GITHUB_REPOSITORY: 'acme/infra', GITHUB_API_URL: server.url }
  return {
    pulls,
    comments,
    runs,
    issues,
    denied,
    writes,
    /** The environment of a run of a push. */
    env,
    requests: server.seen,
    /** The environment of a run of a pull request. */
    onPull({ number, head }: Pick<FakePull, 'number' | 'head'>) {
      const event = join(folder, `event-${number}-${head}.json`)
      writeFileSync(event, JSON.stringify({ pull_request: { number, head: { sha: head } } }))
      return { ...env, GITHUB_EVENT_PATH: event }
    },
    reset() {
      for (const list of [pulls, comments, issues, writes, server.seen]) list.length = 0
      runs.clear()
      delete denied.status
    },
    async close() {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
