// The rehearsal's GitHub, by GitHub's own client.
import { getOctokit } from '@actions/github'
import { type Cloud, startCloud } from '../../../rehearsal/cloud/cloud.ts'

let cloud: Cloud
const repo = { owner: 'acme', repo: 'web' }
const client = (token = 'any') => getOctokit(token, { baseUrl: cloud.env['GITHUB_API_URL'] ?? '' })

beforeAll(async () => {
  cloud = await startCloud()
})
afterAll(() => cloud.close())

test('comments are created, updated and listed with paging', async () => {
  const { number } = cloud.github.repository('acme/web').openIssue('A change', '')
  const { rest, paginate } = client()
  for (let index = 0; index < 7; index++) {
    await rest.issues.createComment({ ...repo, issue_number: number, body: `number ${index}` })
  }
  const listed = await paginate(rest.issues.listComments, { ...repo, issue_number: number, per_page: 3 })
  expect(listed.map(({ body }) => body)).toEqual(Array.from({ length: 7 }, (_, index) => `number ${index}`))
  const { data } = await rest.issues.updateComment({ ...repo, comment_id: listed[2]?.id ?? 0, body: 'edited' })
  expect(data.body).toBe('edited')
  const entries = cloud.journal.entries('github')
  expect(entries.filter(({ method }) => method === 'POST')).toHaveLength(7)
  expect(entries.filter(({ path }) => path === '/repos/acme/web/issues/1/comments' || path === undefined).length).toBe(
    10,
  )
})

test('issues open and close', async () => {
  const { rest } = client()
  const { data } = await rest.issues.create({ ...repo, title: 'Drift', body: 'x', labels: ['drift'] })
  const open = () => rest.issues.listForRepo({ ...repo, labels: 'drift' })
  expect((await open()).data.map(({ number }) => number)).toEqual([data.number])
  await rest.issues.update({ ...repo, issue_number: data.number, state: 'closed', state_reason: 'completed' })
  expect((await open()).data).toEqual([])
})

test('refuses a missing token, a read-only token and a body that is too long', async () => {
  const { number } = cloud.github.repository('acme/web').openIssue('Another change', '')
  const comment = (body: string, token?: string) =>
    client(token).rest.issues.createComment({ ...repo, issue_number: number, body })
  await expect(comment('hello', 'read-only')).rejects.toMatchObject({ status: 403 })
  await expect(comment('x'.repeat(65_537))).rejects.toMatchObject({ status: 422 })
  await expect(comment('x'.repeat(65_536))).resolves.toMatchObject({ status: 201 })
  expect((await fetch(`${cloud.env['GITHUB_API_URL']}/repos/acme/web/issues`)).status).toBe(401)
})

test('an earlier attempt of a run is completed', async () => {
  cloud.github.repository('acme/web').runs.set(7, { id: 7, attempt: 2, status: 'in_progress', conclusion: null })
  const status = async (attempt: number) =>
    (await client().rest.actions.getWorkflowRunAttempt({ ...repo, run_id: 7, attempt_number: attempt })).data.status
  expect([await status(1), await status(2)]).toEqual(['completed', 'in_progress'])
})

test('a merged pull request is closed and has its merge time', async () => {
  const github = cloud.github.repository('acme/web')
  const { number } = github.openIssue('A pull request', '', [], { mergeCommit: null, commits: ['one111'] })
  const pull = async () => (await client().rest.pulls.get({ ...repo, pull_number: number })).data
  expect(await pull()).toMatchObject({ state: 'open', merged_at: null, head: { sha: 'one111' } })
  github.merge(number, 'abc123')
  expect(await pull()).toMatchObject({ state: 'closed', merged_at: expect.any(String), head: { sha: 'one111' } })
  const issue = github.openIssue('No pull request', '')
  await expect(client().rest.pulls.get({ ...repo, pull_number: issue.number })).rejects.toMatchObject({ status: 404 })
})
