import { commentMarker, findComment, publishComment } from '../../../../actions/terraform-apply/src/github/comment.ts'
import type { GitHub } from '../../../../actions/terraform-apply/src/github/github.ts'

interface FakeComment {
  readonly id: number
  readonly login: string
  readonly body: string
}

function github(comments: readonly FakeComment[]) {
  const calls: string[] = []
  const answer = (name: string) => async (parameters: { readonly comment_id?: number }) => {
    calls.push(`${name} ${parameters.comment_id ?? ''}`.trim())
    return { data: { html_url: `https://github.example/${name}` } }
  }
  const rest = {
    graphql: async () => ({ viewer: { login: 'slipway-bot' } }),
    rest: { issues: { listComments: {}, createComment: answer('create'), updateComment: answer('update') } },
    paginate: {
      iterator: async function* () {
        for (const { id, login, body } of comments)
          yield { data: [{ id, body, user: { login }, html_url: `url-${id}` }] }
      },
    },
  }
  return { calls, github: { rest, owner: 'acme', repo: 'infra' } as unknown as GitHub }
}

test('finds the comment of the stack that the user of the token wrote', async () => {
  const marker = commentMarker('infra · prod')
  const { github: api } = github([
    { id: 1, login: 'mona', body: marker },
    { id: 2, login: 'slipway-bot', body: commentMarker('infra · stage') },
    { id: 3, login: 'slipway-bot', body: `${marker}\nplan` },
  ])
  expect(await findComment(api, 7, 'infra · prod')).toEqual({ id: 3, body: `${marker}\nplan`, url: 'url-3' })
  expect(await findComment(api, 7, 'other')).toBeUndefined()
})

test('creates the comment once, then updates it', async () => {
  const { calls, github: api } = github([])
  expect(await publishComment(api, 7, undefined, 'plan')).toBe('https://github.example/create')
  expect(await publishComment(api, 7, { id: 3, body: '', url: '' }, 'plan')).toBe('https://github.example/update')
  expect(calls).toEqual(['create', 'update 3'])
})

test('keeps the marker one HTML comment, whatever the stack is called', () => {
  expect(commentMarker('a --> b')).toBe('<!-- slipway:terraform a - -> b -->')
})
