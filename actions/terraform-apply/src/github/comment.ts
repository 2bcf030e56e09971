// One comment per stack and environment on a pull request: made once, then updated in place.
import { type GitHub, ownLogin } from './github.ts'

/** GitHub answers 422 to a longer body. */
export const COMMENT_LIMIT = 65_536

/** What our comment starts with, invisibly; so it is found again among all that we write to the pull request. */
export const commentMarker = (stack: string): string => `<!-- slipway:terraform ${stack.replaceAll('--', '- -')} -->`

export interface Comment {
  readonly id: number
  readonly body: string
  readonly url: string
}

/** The comment of this stack on a pull request, if there is one. Others may write our marker too: only our own counts. */
export async function findComment(github: GitHub, pull: number, stack: string): Promise<Comment | undefined> {
  const { rest, owner, repo } = github
  const login = await ownLogin(github)
  const pages = rest.paginate.iterator(rest.rest.issues.listComments, {
    owner,
    repo,
    issue_number: pull,
    per_page: 100,
  })
  for await (const { data } of pages) {
    const found = data.find(({ body, user }) => user?.login === login && body?.startsWith(commentMarker(stack)))
    if (found !== undefined) return { id: found.id, body: found.body ?? '', url: found.html_url }
  }
  return undefined
}

/** Writes the comment of this stack, over `there` when it is there already. Gives its address. */
export async function writeComment(
  { rest, owner, repo }: GitHub,
  pull: number,
  there: Comment | undefined,
  body: string,
): Promise<string> {
  const { data } =
    there === undefined
      ? await rest.rest.issues.createComment({ owner, repo, issue_number: pull, body })
      : await rest.rest.issues.updateComment({ owner, repo, comment_id: there.id, body })
  return data.html_url
}
