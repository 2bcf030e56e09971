// One comment per stack and environment on a pull request: created once, then updated in place.
import { type GitHub, ownLogin } from './github.ts'
import { limitPages } from './pages.ts'

/** In bytes. GitHub answers 422 to a body of more characters. */
export const COMMENT_LIMIT = 65_536

/** The invisible first line of our comment, to find it again. */
export const commentMarker = (stack: string): string => `<!-- slipway:terraform ${stack.replaceAll('--', '- -')} -->`

export interface Comment {
  readonly id: number
  readonly body: string
  readonly url: string
}

/** The comment of this stack on a pull request. Anyone may write our marker: only a comment of the token's user counts. */
export async function findComment(github: GitHub, pull: number, stack: string): Promise<Comment | undefined> {
  const { rest, owner, repo } = github
  const login = await ownLogin(github)
  const pages = rest.paginate.iterator(rest.rest.issues.listComments, {
    owner,
    repo,
    issue_number: pull,
    per_page: 100,
  })
  for await (const { data } of limitPages('comments of the pull request', pages)) {
    const found = data.find(({ body, user }) => user?.login === login && body?.startsWith(commentMarker(stack)))
    if (found !== undefined) return { id: found.id, body: found.body ?? '', url: found.html_url }
  }
  return undefined
}

/** Creates the comment of this stack, or replaces the body of `existing`. Returns its URL. */
export async function publishComment(
  { rest, owner, repo }: GitHub,
  pull: number,
  existing: Comment | undefined,
  body: string,
): Promise<string> {
  const { data } =
    existing === undefined
      ? await rest.rest.issues.createComment({ owner, repo, issue_number: pull, body })
      : await rest.rest.issues.updateComment({ owner, repo, comment_id: existing.id, body })
  return data.html_url
}
