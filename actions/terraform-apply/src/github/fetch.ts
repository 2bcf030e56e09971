import { SlipwayError } from '../../../../toolkit/errors.ts'
import { openExchange, type TextRequest } from '../../../../toolkit/http/exchange.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'

const TIMEOUT_MS = 60_000
const MOST_REDIRECTS = 3

/** What GitHub's client passes to `fetch`. */
interface Init {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/**
 * A `fetch` for GitHub's client, over the toolkit's HTTP: one rule for proxies, limits for time and size. GitHub redirects after a
 * repository was renamed: the same request is sent to the new address, which must be of the same server, as it gets the token.
 */
export function openFetch(env: Environment): (url: string, init: Init) => Promise<Response> {
  const exchange = openExchange(env)
  return async (url, { method = 'GET', headers = {}, body, signal = new AbortController().signal }) => {
    let address = url
    for (let redirects = 0; ; redirects++) {
      const request = { method: method as TextRequest['method'], url: address, headers, ...(body ? { body } : {}) }
      const { status, headers: answered, text, cut } = await exchange(request, { timeoutMs: TIMEOUT_MS, signal })
      // GitHub's client tells only an `Error` of its own realm, which under Jest that of a socket is not.
      if (cut !== undefined) throw new Error(cut.message, { cause: cut })
      if (status < 300 || status >= 400 || answered.location === undefined) return response(status, answered, text)
      address = redirected(address, answered.location, redirects)
    }
  }
}

function redirected(from: string, location: string, redirects: number): string {
  const to = URL.parse(location, from)
  if (to?.origin === new URL(from).origin && redirects < MOST_REDIRECTS) return to.href
  throw new SlipwayError(`${new URL(from).host} redirects ${to === null ? 'to no address' : `to ${to.host}`}.`, {
    hint: 'Check GITHUB_API_URL and the proxy of this runner.',
  })
}

function response(status: number, answered: Readonly<Record<string, string | string[] | undefined>>, text: string) {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answered)) {
    for (const one of [value ?? []].flat()) headers.append(name, one)
  }
  // A status without content takes no body, not even an empty one.
  return new Response([204, 205, 304].includes(status) ? null : text, { status, headers })
}
