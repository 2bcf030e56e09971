import { SlipwayError } from '../errors.ts'
import { discard, type Http, type HttpRequest } from './http.ts'

const MOST_REDIRECTS = 5
const STATUSES: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308])
/** What the first server is trusted with, and the server that it names is not. */
const SECRET_HEADERS = /^(?:authorization|cookie|proxy-authorization)$/i

/**
 * Has GET and HEAD follow redirects. The answer to any other request is returned as it is, as a body may not be sent twice.
 * Keys in headers of an API's own are not recognized: requests that carry some must not follow.
 * @throws SlipwayError for a redirect too many, to an address that cannot be read, or from https to anything else.
 */
export function followRedirects(http: Http): Http {
  return async (request) => {
    let { url, headers = {} } = request
    for (let redirects = 0; ; redirects++) {
      const answer = await http({ ...request, url, headers })
      const { location } = answer.headers
      if (!canFollow(request) || !STATUSES.has(answer.statusCode) || location === undefined) return answer
      discard(answer)
      const next = readLocation(location, url)
      if (redirects === MOST_REDIRECTS) {
        throw new SlipwayError(
          `${addressOf(request.url)} redirects more than ${MOST_REDIRECTS} times, the last time to ${addressOf(next)}.`,
        )
      }
      if (next.origin !== url.origin) headers = withoutSecrets(headers)
      url = next
    }
  }
}

const canFollow = ({ method }: HttpRequest): boolean => method === 'GET' || method === 'HEAD'

function readLocation(location: string, from: URL): URL {
  const to = URL.parse(location, from.href)
  if (to === null) throw new SlipwayError(`${addressOf(from)} redirects to an address that cannot be read.`)
  if (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:')) return to
  throw new SlipwayError(`${addressOf(from)} redirects to ${addressOf(to)}, which is not encrypted.`)
}

const withoutSecrets = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.test(name)))

/** An address for errors: without the login and the query, which may hold a password or a signature. */
const addressOf = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`
