// The plan on a pull request: one comment, updated in place, and the approval that a merge gives.
import { writeFileSync } from 'node:fs'
import { source } from '../../support/run-action.ts'
import { s3Backend } from '../../support/terraform-apply/terraform-files.ts'
import { BUCKET, type Stack, useStacks } from '../../support/terraform-apply/terraform-stack.ts'

const stacks = useStacks(source('terraform-apply'))
const { stack } = stacks

const TOKEN = { 'github-token': 'any' }
const KEY = { 'fingerprint-key': 'a key for this test only' }
const PLAN = { command: 'plan', environment: 'prod', ...TOKEN, ...KEY }
const APPROVED = { ...PLAN, command: 'apply', 'approved-plan': 'pull-request' }
const ONE = 'resource "terraform_data" "a" {}'
const repository = () => stacks.store.cloud.github.repository('acme/web')

function onPull(made: Stack, number: number, head = 'def456') {
  const path = `${made.folder}/event.json`
  writeFileSync(path, JSON.stringify({ pull_request: { number, head: { sha: head } } }))
  return { env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: 'pull_request' } }
}

const open = (title: string, ...commits: readonly string[]) =>
  repository().openIssue(title, '', [], { mergeCommit: null, commits })

const merged = (sha: string) => ({ env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_SHA: sha, GITHUB_EVENT_PATH: '' } })

test('keeps one comment for each stack and environment, updated in place', async () => {
  const pull = open('Change it')
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
})

test.each<[what: string, ofOther: Readonly<Record<string, string>>]>([
  ['state', { 'backend-config': 'key=other/terraform.tfstate' }],
  ['directory', { 'working-directory': 'infra/other' }],
])('keeps separate comments for two stacks that differ only in %s', async (what, ofOther) => {
  const pull = open(`Two by ${what}`)
  const web = stack(`two-by-${what}`, {})
  const make = (names: string) => {
    const files = { 'main.tf': `resource "terraform_data" "a" {\n  for_each = toset(split("", "${names}"))\n}` }
    web.write({ ...files, 'other/main.tf': files['main.tf'], 'other/backend.tf': s3Backend(BUCKET, web.key) })
  }
  const plan = async (inputs: Readonly<Record<string, string>>) => {
    const planned = await web.run(
      { command: 'plan', environment: 'prod', ...TOKEN, ...inputs },
      onPull(web, pull.number),
    )
    return planned.outputs['comment-url']
  }
  const counts = () =>
    repository()
      .commentsOf(pull.number)
      .map(({ body }) => /\d to create/.exec(body)?.[0])

  make('x')
  const urls = [await plan({}), await plan(ofOther)]
  expect(counts()).toEqual(['1 to create', '1 to create'])
  make('xyz')
  expect(await plan(ofOther)).toBe(urls[1])
  expect(counts()).toEqual(['1 to create', '3 to create'])
  make('xy')
  expect(await plan({})).toBe(urls[0])
  expect(counts()).toEqual(['2 to create', '3 to create'])
})

test('warns with the missing permission when the token may not comment', async () => {
  const pull = open('Another')
  const web = stack('read-only', { 'main.tf': 'resource "terraform_data" "a" {}' })
  const ended = await web.run({ command: 'plan', 'github-token': 'read-only' }, onPull(web, pull.number))
  expect(ended.code).toBe(0)
  expect(ended.log).toMatch(/::warning::.*Resource not accessible by integration.*pull-requests: write/)
})

test('fits a plan of any size into a comment', async () => {
  const pull = open('Large')
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
})

test('applies after the merge what was planned on the pull request, and nothing else', async () => {
  const pull = open('Feature', 'def456')
  const web = stack('merge', { 'main.tf': ONE })
  const early = await web.run({ ...APPROVED, command: 'verify' }, onPull(web, pull.number))
  expect(early.log).toContain(`Pull request #${pull.number} has no approved plan for this stack`)
  await web.run(PLAN, onPull(web, pull.number))
  repository().merge(pull.number, 'abc123')

  expect((await web.run(APPROVED, merged('fff000'))).log).toContain('belongs to no merged pull request')
  web.write({ 'main.tf': `${ONE}\nresource "terraform_data" "sneaky" {}` })
  const refused = await web.run(APPROVED, merged('abc123'))
  expect(refused.log).toContain(`The plan does more than was approved in pull request #${pull.number}`)
  expect(refused.log).toContain('terraform_data.sneaky (create)')
  web.write({ 'main.tf': ONE })

  // The comment of another pull request approves nothing when it is copied here.
  const other = open('Other', 'def456')
  repository().comment(other.number, repository().commentsOf(pull.number)[0]?.body ?? '')
  repository().merge(other.number, 'bbb222')
  const copied = await web.run(APPROVED, merged('bbb222'))
  expect(copied.log).toContain(`was made for pull request #${pull.number}`)

  expect((await web.run(APPROVED, merged('abc123'))).code).toBe(0)
})

test("accepts an approval only for the planned commit, in a comment of the token's user", async () => {
  const pull = open('Twice', 'one111', 'two222')
  const web = stack('twice', { 'main.tf': ONE })
  const verify = () => web.run({ ...APPROVED, command: 'verify' }, onPull(web, pull.number, 'two222'))
  const ours = () => repository().commentsOf(pull.number)[0]

  // Planned, then pushed to again: the merge would include commits without a plan. An older approval does not help.
  await web.run(PLAN, onPull(web, pull.number, 'one111'))
  const old = ours()
  expect((await verify()).log).toContain(
    `The approval in pull request #${pull.number} is for commit one111, but the head of the pull request is two222`,
  )
  await web.run(PLAN, onPull(web, pull.number, 'two222'))
  expect((await verify()).code).toBe(0)

  // A comment of another user with our marker is neither read nor overwritten.
  const body = ours()?.body ?? ''
  repository().comments.delete(old?.id ?? 0)
  const forged = repository().comment(pull.number, body, 'mallory')
  expect((await verify()).log).toContain(`Pull request #${pull.number} has no approved plan for this stack`)
  const again = await web.run(PLAN, onPull(web, pull.number, 'two222'))
  expect(again.outputs['comment-url']).not.toContain(`#issuecomment-${forged.id}`)
  expect((await verify()).code).toBe(0)
})

test('accepts an older approval of the same commit only for that older plan', async () => {
  const pull = open('Again', 'def456')
  const web = stack('again', {
    'main.tf': 'variable "size" {}\nresource "terraform_data" "a" {\n  input = var.size\n}',
  })
  const plan = (size: number) => web.run({ ...PLAN, variables: `size = ${size}` }, onPull(web, pull.number))
  const verify = (size: number) =>
    web.run({ ...APPROVED, command: 'verify', variables: `size = ${size}` }, merged('ddd444'))
  await plan(1)
  const [comment] = repository().commentsOf(pull.number)
  const old = comment?.body ?? ''
  await plan(2)
  repository().merge(pull.number, 'ddd444')
  expect((await verify(2)).code).toBe(0)
  expect((await verify(1)).code).toBe(1)

  // A user who may edit our comment restores its earlier text. That approval was made and shown for the same commit; running that
  // plan again before the merge would have the same effect.
  repository().updateComment(comment?.id ?? 0, old)
  expect((await verify(2)).log).toContain(`The plan does more than was approved in pull request #${pull.number}`)
  expect((await verify(1)).code).toBe(0)
})

test('accepts no approval of a pull request that is still open', async () => {
  const pull = open('Open', 'eee555')
  const web = stack('open', { 'main.tf': ONE })
  await web.run(PLAN, onPull(web, pull.number, 'eee555'))
  const refused = await web.run(APPROVED, merged('eee555'))
  expect(refused.code).toBe(1)
  expect(refused.log).toContain('Commit eee555 belongs to no merged pull request')
})

describe('on an event of the pull request itself', () => {
  /** A pull request whose plan creates one resource. Returns its comment with the approval, and a function that reads it again. */
  async function approved(name: string) {
    const pull = open(name, 'def456')
    const web = stack(name, { 'main.tf': ONE })
    await web.run(PLAN, onPull(web, pull.number))
    const comment = () =>
      repository()
        .commentsOf(pull.number)
        .map(({ body }) => body)
    return { web, number: pull.number, comment, before: comment() }
  }
  const sneak = (web: Stack) => web.write({ 'main.tf': `${ONE}\nresource "terraform_data" "sneaky" {}` })

  test('applies the approved plan once merged, and no plan approves itself', async () => {
    const { web, number, comment, before } = await approved('closed-merged')
    repository().merge(number, 'abc777')
    sneak(web)
    const refused = await web.run(APPROVED, onPull(web, number))
    expect(refused.code).toBe(1)
    expect(refused.log).toContain(`The plan does more than was approved in pull request #${number}`)
    expect(refused.log).toContain('terraform_data.sneaky (create)')
    expect(await stacks.store.keys('closed-merged/')).toEqual([])
    expect(comment()).toEqual(before)

    web.write({ 'main.tf': ONE })
    expect((await web.run(APPROVED, onPull(web, number))).code).toBe(0)
    expect(comment()).toEqual(before)
  })

  test('does not take a plan after the merge or close for an approval', async () => {
    const { web, number, comment, before } = await approved('closed-planned')
    repository().merge(number, 'abc778')
    sneak(web)
    const planned = await web.run(PLAN, onPull(web, number))
    expect(planned.code).toBe(0)
    expect(planned.log).toContain(`The comment on pull request #${number} keeps the plan that can be approved there`)
    expect(comment()).toEqual(before)
    const file = planned.outputs['plan-file'] ?? ''
    const refused = await web.run({ ...APPROVED, 'plan-file': file }, onPull(web, number))
    expect(refused.log).toContain('terraform_data.sneaky (create)')
  })

  test('refuses a pull request that is open or was closed without a merge', async () => {
    const { web, number, comment, before } = await approved('closed-not-merged')
    for (const state of ['open', 'closed'] as const) {
      repository().updateIssue(number, { state })
      const refused = await web.run(APPROVED, onPull(web, number))
      expect(refused.code).toBe(1)
      expect(refused.log).toContain(`Pull request #${number} is not merged, so its plan is not approved.`)
    }
    expect(await stacks.store.keys('closed-not-merged/')).toEqual([])
    expect(comment()).toEqual(before)
  })

  test('requires that the merged head is the planned one, whatever the event says', async () => {
    const pull = open('late-push', 'def456', 'late99')
    const web = stack('late-push', { 'main.tf': ONE })
    await web.run(PLAN, onPull(web, pull.number, 'def456'))
    repository().merge(pull.number, 'abc779')
    const refused = await web.run(APPROVED, onPull(web, pull.number, 'def456'))
    expect(refused.log).toContain(
      `The approval in pull request #${pull.number} is for commit def456, but the head of the pull request is late99`,
    )
  })

  test('verifies against the approved plan, and publishes nothing', async () => {
    const { web, number, comment, before } = await approved('synchronize')
    const verify = (head: string) => web.run({ ...APPROVED, command: 'verify' }, onPull(web, number, head))
    expect((await verify('def456')).code).toBe(0)
    sneak(web)
    expect((await verify('def456')).log).toContain('terraform_data.sneaky (create)')
    expect((await verify('new999')).log).toContain('is for commit def456, but the head of the pull request is new999')
    expect(comment()).toEqual(before)
  })

  test('writes a comment for an apply without an approval, which approves nothing', async () => {
    const pull = open('preview', 'def456')
    const web = stack('preview', { 'main.tf': ONE })
    expect((await web.run({ ...PLAN, command: 'apply' }, onPull(web, pull.number))).code).toBe(0)
    const [comment] = repository().commentsOf(pull.number)
    expect(comment?.body).toContain('1 to create')
    repository().merge(pull.number, 'abc780')
    const refused = await web.run(APPROVED, merged('abc780'))
    expect(refused.log).toContain(`Pull request #${pull.number} has no approved plan for this stack`)
  })
})
