// The plan on a pull request: one comment, updated in place, and the approval that a merge gives.
import { writeFileSync } from 'node:fs'
import { source } from '../support/run-action.ts'
import { type Stack, useStacks } from '../support/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const TOKEN = { 'github-token': 'any' }
const KEY = { 'fingerprint-key': 'a key that nobody else has' }
const repository = () => stacks.store.cloud.github.repository('acme/web')

function onPull(made: Stack, number: number, head = 'def456') {
  const path = `${made.folder}/event.json`
  writeFileSync(path, JSON.stringify({ pull_request: { number, head: { sha: head } } }))
  return { env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: 'pull_request' } }
}

const merged = (sha: string) => ({ env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_SHA: sha, GITHUB_EVENT_PATH: '' } })

test('each stack and environment has one comment, updated in place', async () => {
  const pull = repository().openIssue('Change it', '', [], { mergeCommit: null, commits: [] })
  // A busy pull request: our comment is not on the first page.
  for (let index = 0; index < 120; index++) repository().comment(pull.number, `chatter ${index}`)
  const web = stack('sticky', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const plan = (environment: string) => web.run({ command: 'plan', environment, ...TOKEN }, onPull(web, pull.number))
  const ours = () =>
    repository()
      .commentsOf(pull.number)
      .filter(({ body }) => !body.startsWith('chatter'))

  const first = await plan('stage')
  expect(first.outputs['comment-url']).toContain('#issuecomment-')
  await plan('prod')
  expect(ours()).toHaveLength(2)
  web.write({ 'main.tf': 'resource "terraform_data" "a" {}\nresource "terraform_data" "b" {}' })
  expect((await plan('stage')).outputs['comment-url']).toBe(first.outputs['comment-url'])
  expect(ours().map(({ body }) => /\d to create/.exec(body)?.[0])).toEqual(['2 to create', '1 to create'])
}, 60_000)

test('a comment that may not be written is a warning that names the permission, not a failure', async () => {
  const pull = repository().openIssue('Another', '', [], { mergeCommit: null, commits: [] })
  const web = stack('read-only', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const ended = await web.run({ command: 'plan', 'github-token': 'read-only' }, onPull(web, pull.number))
  expect(ended.code).toBe(0)
  expect(ended.log).toMatch(/::warning::.*Resource not accessible by integration.*pull-requests: write/)
}, 30_000)

test('a plan of any size fits into a comment', async () => {
  const pull = repository().openIssue('Large', '', [], { mergeCommit: null, commits: [] })
  const long = 'ü'.repeat(2000)
  const web = stack('large', {
    'main.tf': `resource "terraform_data" "many" {\n  count = 400\n  input = { text = "${long}", index = count.index }\n}`,
  })
  const ended = await web.run({ command: 'plan', ...TOKEN, ...KEY }, onPull(web, pull.number))
  expect(ended.log).not.toContain('::warning')
  // GitHub drops a summary past 1 MiB whole, and refuses a longer comment.
  expect(Buffer.byteLength(ended.summary)).toBeLessThan(1024 * 1024)
  expect(ended.summary).toContain('400 to create')
  const [comment] = repository().commentsOf(pull.number)
  expect(comment?.body).toContain('400 to create')
  expect(comment?.body).toContain('do not fit here')
  expect(comment?.body.length).toBeLessThanOrEqual(65_536)
}, 60_000)

test('what was planned on the pull request is applied after the merge, and nothing else', async () => {
  const pull = repository().openIssue('Feature', '', [], { mergeCommit: 'abc123', commits: ['def456'] })
  const web = stack('merge', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const inputs = { environment: 'prod', ...TOKEN, ...KEY }
  const approved = { ...inputs, 'approved-plan': 'pull-request' }

  const early = await web.run(approved, merged('abc123'))
  expect(early.log).toContain(`Pull request #${pull.number} has no approved plan of this stack`)
  await web.run({ ...inputs, command: 'plan' }, onPull(web, pull.number))

  expect((await web.run(approved, merged('fff000'))).log).toContain('came from no merged pull request')
  web.write({ 'main.tf': 'resource "terraform_data" "a" {}\nresource "terraform_data" "sneaky" {}' })
  const refused = await web.run(approved, merged('abc123'))
  expect(refused.log).toContain(`The plan does more than was approved in pull request #${pull.number}`)
  expect(refused.log).toContain('terraform_data.sneaky (create)')
  web.write({ 'main.tf': 'resource "terraform_data" "a" {}' })

  // The comment of another pull request, copied here, approves nothing.
  const other = repository().openIssue('Other', '', [], { mergeCommit: 'bbb222', commits: ['def456'] })
  repository().comment(other.number, repository().commentsOf(pull.number)[0]?.body ?? '')
  const copied = await web.run(approved, merged('bbb222'))
  expect(copied.log).toContain(`was made for pull request #${pull.number}`)

  expect((await web.run(approved, merged('abc123'))).code).toBe(0)
}, 60_000)

test('an approval is for the commit that was planned, in a comment that we wrote ourselves', async () => {
  const pull = repository().openIssue('Twice', '', [], { mergeCommit: 'ccc333', commits: ['one111', 'two222'] })
  const web = stack('twice', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const inputs = { environment: 'prod', ...TOKEN, ...KEY }
  const approved = { ...inputs, 'approved-plan': 'pull-request' }
  const verify = () => web.run({ ...approved, command: 'verify' }, merged('ccc333'))
  const ours = () => repository().commentsOf(pull.number)[0]

  // Planned, then pushed to again: what was merged is not what was looked at. Nor is an old seal that is put back.
  await web.run({ ...inputs, command: 'plan' }, onPull(web, pull.number, 'one111'))
  const old = ours()
  expect((await verify()).log).toContain(
    `The approval in pull request #${pull.number} is for commit one111, and its head is two222`,
  )
  await web.run({ ...inputs, command: 'plan' }, onPull(web, pull.number, 'two222'))
  expect((await verify()).code).toBe(0)

  // Somebody else's comment with our marker is not ours: neither read nor written over.
  const body = ours()?.body ?? ''
  repository().comments.delete(old?.id ?? 0)
  const forged = repository().comment(pull.number, body, 'mallory')
  expect((await verify()).log).toContain(`Pull request #${pull.number} has no approved plan of this stack`)
  const again = await web.run({ ...inputs, command: 'plan' }, onPull(web, pull.number, 'two222'))
  expect(again.outputs['comment-url']).not.toContain(`#issuecomment-${forged.id}`)
  expect((await verify()).code).toBe(0)
}, 60_000)

test('an older approval of the same commit that is put back lets through that older plan, and nothing else', async () => {
  const pull = repository().openIssue('Again', '', [], { mergeCommit: 'ddd444', commits: ['def456'] })
  const web = stack('again', {
    'main.tf': 'variable "size" {}\nresource "terraform_data" "a" {\n  input = var.size\n}',
  })
  const inputs = (size: number) => ({ environment: 'prod', variables: `size = ${size}`, ...TOKEN, ...KEY })
  const verify = (size: number) =>
    web.run({ ...inputs(size), 'approved-plan': 'pull-request', command: 'verify' }, merged('ddd444'))
  await web.run({ ...inputs(1), command: 'plan' }, onPull(web, pull.number))
  const [comment] = repository().commentsOf(pull.number)
  const old = comment?.body ?? ''
  await web.run({ ...inputs(2), command: 'plan' }, onPull(web, pull.number))
  expect((await verify(2)).code).toBe(0)
  expect((await verify(1)).code).toBe(1)

  // Somebody with the right to edit our comment puts back what it said before. It was made, and shown, for this very commit;
  // running that plan again would have done the same.
  repository().updateComment(comment?.id ?? 0, old)
  expect((await verify(2)).log).toContain(`The plan does more than was approved in pull request #${pull.number}`)
  expect((await verify(1)).code).toBe(0)
}, 60_000)

test('a pull request that is still open approves nothing for a commit of its branch', async () => {
  const pull = repository().openIssue('Open', '', [], { mergeCommit: null, commits: ['eee555'] })
  const web = stack('open', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const inputs = { environment: 'prod', ...TOKEN, ...KEY }
  await web.run({ ...inputs, command: 'plan' }, onPull(web, pull.number, 'eee555'))
  const refused = await web.run({ ...inputs, 'approved-plan': 'pull-request' }, merged('eee555'))
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('Commit eee555 came from no merged pull request')
}, 60_000)
