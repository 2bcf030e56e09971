import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitHub } from '../../../../actions/terraform-apply/src/github/github.ts'
import {
  pullRequestNow,
  pullRequestOf,
  pullRequestOfCommit,
} from '../../../../actions/terraform-apply/src/github/pull-request.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-event-'))
afterAll(() => rmSync(folder, { recursive: true }))

function event(payload: object) {
  const path = join(folder, 'event.json')
  writeFileSync(path, JSON.stringify(payload))
  return { GITHUB_EVENT_PATH: path }
}

const answering = (data: unknown) =>
  ({
    owner: 'acme',
    repo: 'infra',
    rest: {
      rest: {
        pulls: { get: async () => ({ data }) },
        repos: { listPullRequestsAssociatedWithCommit: async () => ({ data }) },
      },
    },
  }) as unknown as GitHub

test('reads the pull request of the event', () => {
  expect(pullRequestOf(event({ pull_request: { number: 7, head: { sha: 'abc' } } }))).toEqual({
    number: 7,
    head: 'abc',
  })
  expect(pullRequestOf(event({ ref: 'refs/heads/main' }))).toBeUndefined()
  expect(pullRequestOf({})).toBeUndefined()
})

test.each([
  [
    { state: 'open', merged_at: null },
    { open: true, merged: false },
  ],
  [
    { state: 'closed', merged_at: '2026-01-01T00:00:00Z' },
    { open: false, merged: true },
  ],
  [
    { state: 'closed', merged_at: null },
    { open: false, merged: false },
  ],
])('reads the state of a pull request from %j', async (data, expected) => {
  expect(await pullRequestNow(answering({ ...data, head: { sha: 'abc' } }), 7)).toEqual({
    number: 7,
    head: 'abc',
    ...expected,
  })
})

test('prefers the pull request whose merge commit it is, and takes no open one', async () => {
  const pull = (number: number, merged_at: string | null, merge_commit_sha: string) => ({
    number,
    merged_at,
    merge_commit_sha,
    head: { sha: `head-${number}` },
  })
  const merged = '2026-01-01T00:00:00Z'
  expect(await pullRequestOfCommit(answering([pull(1, merged, 'x'), pull(2, merged, 'sha')]), 'sha')).toEqual({
    number: 2,
    head: 'head-2',
  })
  expect(await pullRequestOfCommit(answering([pull(1, merged, 'x'), pull(2, null, 'sha')]), 'sha')).toEqual({
    number: 1,
    head: 'head-1',
  })
  expect(await pullRequestOfCommit(answering([pull(2, null, 'sha')]), 'sha')).toBeUndefined()
})
