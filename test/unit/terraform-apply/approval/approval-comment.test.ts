import {
  approvalIn,
  approvalNote,
  readApprovalComment,
} from '../../../../actions/terraform-apply/src/approval/approval-comment.ts'
import { commentMarker } from '../../../../actions/terraform-apply/src/github/comment.ts'
import type { Command } from '../../../../actions/terraform-apply/src/inputs/inputs.ts'
import { stackId } from '../../../../actions/terraform-apply/src/state/stack.ts'
import { fakeGitHub } from '../fake-github.ts'
import { fakeStack } from '../fake-stack.ts'

const github = await fakeGitHub()
afterEach(() => github.reset())
afterAll(() => github.close())

const PULL = { number: 7, head: 'abc', mergeCommit: 'merge-7' }
const ID = stackId(fakeStack().stack)

/** Reads the approval as an apply, or as another command, on the merge of the pull request or on another event. */
function read({
  command = 'apply',
  env = { ...github.env, GITHUB_SHA: 'merge-7' },
}: {
  command?: Command
  env?: object
} = {}) {
  const { stack } = fakeStack({ inputs: { command, github: { token: 't', comment: true } }, env: { ...env } })
  return readApprovalComment(stack)
}

const comment = (sealed: string | undefined, login = 'slipway-bot', stack = ID) => {
  const note = sealed === undefined ? '' : (approvalNote(sealed) ?? '')
  github.comments.push({
    id: github.comments.length,
    pull: 7,
    login,
    body: `${commentMarker(stack)}\na plan\n\n${note}`,
  })
}

test('finds the approval that a comment holds', () => {
  const note = approvalNote('v1.body.mac')
  expect(approvalIn(`a plan\n\n${note}`)).toBe('v1.body.mac')
  expect(approvalIn('a plan')).toBeUndefined()
})

test('leaves an approval out of the comment that is too long for it', () => {
  expect(approvalNote('x'.repeat(30_000))).toBeDefined()
  expect(approvalNote('x'.repeat(30_001))).toBeUndefined()
})

test('reads the approval of the pull request that the commit came from', async () => {
  github.pulls.push({ ...PULL, state: 'merged' })
  comment('v1.a.b')
  expect(await read()).toEqual({ sealed: 'v1.a.b', where: 'pull request #7', pull: { number: 7, head: 'abc' } })
})

test('reads the approval of the merged pull request of the event, with its head of now', async () => {
  github.pulls.push({ ...PULL, state: 'merged', head: 'pushed-since' })
  comment('v1.a.b')
  expect(await read({ env: github.onPull(PULL) })).toMatchObject({ sealed: 'v1.a.b', pull: { head: 'pushed-since' } })
})

test.each(['open', 'closed'] as const)('takes no approval of a pull request that is %s', async (state) => {
  github.pulls.push({ ...PULL, state })
  comment('v1.a.b')
  await expect(read({ env: github.onPull(PULL) })).rejects.toThrow(
    'Pull request #7 is not merged, so its plan is not approved.',
  )
  await expect(read()).rejects.toThrow('Commit merge-7 belongs to no merged pull request')
})

test('reads the approval of an open pull request for `verify`, which changes nothing', async () => {
  github.pulls.push({ ...PULL, state: 'open' })
  comment('v1.a.b')
  expect(await read({ command: 'verify', env: github.onPull(PULL) })).toMatchObject({ sealed: 'v1.a.b' })
})

test.each([
  ['no comment', () => {}],
  ['a comment without an approval', () => comment(undefined)],
  ['a comment of somebody else', () => comment('v1.a.b', 'mona')],
  ['a comment about another stack', () => comment('v1.a.b', 'slipway-bot', 'other')],
])('takes %s for no approval', async (_, prepare) => {
  github.pulls.push({ ...PULL, state: 'merged' })
  prepare()
  await expect(read()).rejects.toThrow(`Pull request #7 has no approved plan for this stack (${ID}).`)
})

test('names the permission when GitHub refuses', async () => {
  await expect(read({ env: github.onPull(PULL) })).rejects.toMatchObject({
    message: expect.stringContaining('Could not read the approval from the pull request:'),
    hint: expect.stringContaining('`permissions: pull-requests: read`'),
  })
})
