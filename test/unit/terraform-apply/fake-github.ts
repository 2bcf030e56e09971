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
  /** The status with which it refuses to write comments. */
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

  const server = await scriptedServer(({ method, path, body }, response) => {
    const [, number = ''] = /(\d+)/.exec(path.replace('/repos/acme/infra', '')) ?? []
    const id = Number(number)
    const written = (body as { body?: string } | undefined)?.body ?? ''
    const login = 'slipway-bot'
    if (path === '/graphql') return answerJson(response, 200, { data: { viewer: { login } } })
    if (method !== 'GET' && denied.status !== undefined) {
      return answerJson(response, denied.status, { message: 'Resource not accessible by integration' })
    }
    if (method === 'POST')
      return answerJson(response, 201, save({ id: 100 + comments.length, pull: id, login, body: written }))
    if (method === 'PATCH') {
      const old = comments.find((comment) => comment.id === id)
      return old === undefined
        ? answerJson(response, 404, {})
        : answerJson(response, 200, save({ ...old, body: written }))
    }
    if (path.endsWith('/comments'))
      return answerJson(response, 200, comments.filter(({ pull }) => pull === id).map(asComment))
    if (path.includes('/commits/')) return answerJson(response, 200, pulls.map(asPull))
    const pull = pulls.find((each) => each.number === id)
    return pull === undefined ? answerJson(response, 404, {}) : answerJson(response, 200, asPull(pull))
  })
  const env = { GITHUB_REPOSITORY: 'acme/infra', GITHUB_API_URL: server.url }
  return {
    pulls,
    comments,
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
      for (const list of [pulls, comments, writes, server.seen]) list.length = 0
      delete denied.status
    },
    async close() {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
