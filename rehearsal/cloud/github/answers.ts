import type { Answer, RequestHead } from '../kernel/call.ts'

/** An error of GitHub's API. */
export class GitHubError extends Error {
  readonly status: number
  readonly errors: readonly unknown[] | undefined

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message)
    this.name = 'GitHubError'
    this.status = status
    this.errors = errors
  }
}

export const validationFailed = (resource: string, field: string, message: string): GitHubError =>
  new GitHubError(422, 'Validation Failed', [{ resource, code: 'custom', field, message }])

export const writeGitHubError = ({ status, message, errors }: GitHubError): Answer =>
  json(status, {
    message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  })

export const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
})

/** One page of a list, with the `Link` header that clients follow to the next one. */
export function page(head: RequestHead, items: readonly unknown[]): Answer {
  const { url } = head
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get('per_page') ?? 30)))
  const number = Math.max(1, Number(url.searchParams.get('page') ?? 1))
  const last = Math.max(1, Math.ceil(items.length / size))
  const links = number >= last ? [] : [link(url, number + 1, 'next'), link(url, last, 'last')]
  const headers: Record<string, string> = links.length === 0 ? {} : { link: links.join(', ') }
  return json(200, items.slice((number - 1) * size, number * size), headers)
}

function link(url: URL, number: number, rel: string): string {
  const other = new URL(url)
  other.searchParams.set('page', String(number))
  return `<${other}>; rel="${rel}"`
}
