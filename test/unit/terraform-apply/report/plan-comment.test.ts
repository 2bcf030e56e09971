import { openApproval } from '../../../../actions/terraform-apply/src/approval/approval.ts'
import { approvalIn, approvalNote } from '../../../../actions/terraform-apply/src/approval/approval-comment.ts'
import { COMMENT_LIMIT, commentMarker } from '../../../../actions/terraform-apply/src/github/comment.ts'
import { changesOf } from '../../../../actions/terraform-apply/src/plan-json/changes.ts'
import type { Plan } from '../../../../actions/terraform-apply/src/plan-json/plan-json.ts'
import { publishPlan } from '../../../../actions/terraform-apply/src/report/plan-comment.ts'
import { review } from '../../../../actions/terraform-apply/src/review/review.ts'
import { stackId } from '../../../../actions/terraform-apply/src/state/stack.ts'
import { fakeGitHub } from '../fake-github.ts'
import { type FakeOptions, fakeStack } from '../fake-stack.ts'
import { change, plan } from '../plans.ts'

const KEY = 'a key for this test only'
const PULL = { number: 7, head: 'abc', state: 'open' } as const
const github = await fakeGitHub()
beforeEach(() => void github.pulls.push(PULL))
afterEach(() => github.reset())
afterAll(() => github.close())

const create = plan([
  change('a.x', { actions: ['create'], after: { password: 'hunter2' }, after_sensitive: { password: true } }),
])

/** Publishes a plan on the pull request of the event. */
async function publish(shown: Plan = create, { inputs = {}, env = github.onPull(PULL) }: FakeOptions = {}) {
  const fake = fakeStack({
    inputs: {
      command: 'plan',
      approval: { approved: undefined, key: KEY },
      github: { token: 't', comment: true },
      ...inputs,
    },
    env,
  })
  const { stack } = fake
  const reviewed = review(stack, { file: 'plan.tfplan', plan: shown })
  const { changes, outputs, drift, scrub } = reviewed
  await publishPlan(stack, reviewed, {
    title: 'infra',
    changes,
    outputs,
    drift,
    notes: ['A note with hunter2.'],
    scrub,
  })
  return { ...fake, id: stackId(stack), reviewed }
}

test('creates a comment with the plan and its sealed approval, without secrets', async () => {
  const { outputs, id, reviewed } = await publish()
  expect(github.writes).toEqual(['create 100'])
  expect(outputs['comment-url']).toBe('https://comment/100')
  const [{ body } = { body: '' }] = github.comments
  expect(body.startsWith(`${commentMarker(id)}\n`)).toBe(true)
  expect(body).toContain('1 to create')
  expect(body).toContain('A note with ***.')
  expect(body).not.toContain('hunter2')
  expect(openApproval(approvalIn(body) ?? '', KEY, 'the comment')).toEqual({
    ...reviewed.approval,
    pull: 7,
    head: 'abc',
  })
})

test('updates the comment of the same stack', async () => {
  const { id } = await publish()
  await publish(plan([]))
  expect(github.writes).toEqual(['create 100', 'update 100'])
  expect(github.comments).toEqual([
    { id: 100, pull: 7, login: 'slipway-bot', body: expect.stringContaining('No changes') },
  ])
  expect(github.comments[0]?.body.startsWith(commentMarker(id))).toBe(true)
})

test.each([
  ['without a key', { inputs: { approval: { approved: undefined, key: undefined } } }],
  ['of a command that asks for no approval', { inputs: { command: 'verify' } }],
] as const)('writes a plan %s without an approval', async (_, options) => {
  await publish(create, options)
  expect(github.comments).toHaveLength(1)
  expect(approvalIn(github.comments[0]?.body ?? '')).toBeUndefined()
})

test('writes no approval once the pull request is closed, as the merge has approved already', async () => {
  github.pulls.splice(0, 1, { ...PULL, state: 'merged' })
  await publish()
  expect(github.comments).toHaveLength(1)
  expect(approvalIn(github.comments[0]?.body ?? '')).toBeUndefined()
})

test.each([
  ['an apply', 'apply', 'open'],
  ['a plan after the merge', 'plan', 'merged'],
] as const)('keeps the approval in a comment from %s, which would replace it', async (_, command, state) => {
  await publish()
  const [before] = github.comments
  github.pulls.splice(0, 1, { ...PULL, state })
  const { lines, outputs } = await publish(plan([]), { inputs: { command } })
  expect(github.comments).toEqual([before])
  expect(outputs).not.toHaveProperty('comment-url')
  expect(lines).toContain(
    'info: The comment on pull request #7 keeps the plan that can be approved there; this plan is in the summary.',
  )
})

test('leaves out an approval that is too long for a comment, and says what to do', async () => {
  const many = plan(
    Array.from({ length: 1500 }, (_, index) => change(`a.x${index}`, { actions: ['create'], after: { index } })),
  )
  expect(changesOf(many)).toHaveLength(1500)
  await publish(many)
  const [{ body } = { body: '' }] = github.comments
  expect(approvalIn(body)).toBeUndefined()
  expect(body).toContain('too large to be approved from a comment')
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(COMMENT_LIMIT)
})

test('cuts a large plan so that it fits beside its approval', async () => {
  const large = plan(
    Array.from({ length: 100 }, (_, index) =>
      change(`a.x${index}`, { actions: ['create'], after: { text: 'ü'.repeat(1000) } }),
    ),
  )
  await publish(large)
  const [{ body } = { body: '' }] = github.comments
  const sealed = approvalIn(body) ?? ''
  expect(body.endsWith(approvalNote(sealed) ?? 'none')).toBe(true)
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(COMMENT_LIMIT)
  expect(Buffer.byteLength(body)).toBeGreaterThan(COMMENT_LIMIT / 2)
})

test.each([
  ['`comment: false`', { inputs: { github: { token: 't', comment: false } } }],
  ['another event', { env: github.env }],
])('asks GitHub nothing with %s', async (_, options) => {
  const { lines } = await publish(create, options)
  expect({ requests: github.requests, lines }).toEqual({ requests: [], lines: [] })
})

test('warns when the token is empty, as that of a secret which does not exist', async () => {
  const { lines } = await publish(create, { inputs: { github: { token: '', comment: true } } })
  expect(github.requests).toEqual([])
  expect(lines).toEqual([
    'warning: The plan is not shown on pull request #7: the input `github-token` is empty.\nFix its expression, leave the input out, or set `comment: false`.',
  ])
})

test('warns, and does not fail, when the token may not comment', async () => {
  github.denied.status = 403
  const { lines, outputs } = await publish()
  expect(outputs).not.toHaveProperty('comment-url')
  expect(lines.at(-1)).toMatch(
    /^warning: Could not comment on pull request #7: Resource not accessible by integration.*\n.*`permissions: pull-requests: write`/,
  )
})
