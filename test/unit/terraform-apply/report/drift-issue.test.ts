import type { GitHub } from '../../../../actions/terraform-apply/src/github/github.ts'
import { issueMarker, publishDriftIssue } from '../../../../actions/terraform-apply/src/report/drift-issue.ts'

/** A GitHub whose open issues with the label have these bodies, numbered from 1. Records what is called. */
function github(bodies: readonly string[]) {
  const calls: [string, Record<string, unknown>][] = []
  const record = (name: string) => async (parameters: Record<string, unknown>) => void calls.push([name, parameters])
  const rest = {
    rest: {
      issues: {
        listForRepo: {},
        create: record('create'),
        update: record('update'),
        createComment: record('createComment'),
      },
    },
    paginate: {
      iterator: async function* () {
        yield { data: bodies.map((body, index) => ({ number: index + 1, body })) }
      },
    },
  }
  return { calls, github: { rest, owner: 'acme', repo: 'infra' } as unknown as GitHub }
}

const issue = (body: string | undefined) => ({ id: 'infra · prod', title: 'Terraform drift: prod', body })

test('opens an issue when there is drift', async () => {
  const { calls, github: api } = github(['<!-- slipway:drift infra · stage -->\n'])
  await publishDriftIssue(api, issue('drift'))
  expect(calls).toEqual([['create', expect.objectContaining({ body: 'drift', labels: ['terraform-drift'] })]])
})

test('updates the issue of the stack while there is drift', async () => {
  const { calls, github: api } = github(['another', `${issueMarker('infra · prod')}\nold`])
  await publishDriftIssue(api, issue('new'))
  expect(calls).toEqual([['update', expect.objectContaining({ issue_number: 2, body: 'new' })]])
})

test('closes the issue when the drift is gone, and does nothing without one', async () => {
  const { calls, github: api } = github([issueMarker('infra · prod')])
  await publishDriftIssue(api, issue(undefined))
  expect(calls.map(([name]) => name)).toEqual(['createComment', 'update'])
  expect(calls[1]?.[1]).toMatchObject({ issue_number: 1, state: 'closed' })
  const none = github([])
  await publishDriftIssue(none.github, issue(undefined))
  expect(none.calls).toEqual([])
})

test('keeps the marker one HTML comment, whatever the stack is called', () => {
  expect(issueMarker('a --> b')).toBe('<!-- slipway:drift a - -> b -->')
})
