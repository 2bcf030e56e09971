import { SlipwayError } from '../../../../toolkit/errors.ts'
import { type Http, readBody } from '../../../../toolkit/http/http.ts'
import { isLoopback } from '../../../../toolkit/http/loopback.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import { basic, type CredentialSource, type Credentials } from './credentials.ts'
import { RegistryError, readErrorDocument } from './registry-error.ts'

/** How a registry authenticates, from its `WWW-Authenticate` header. */
type Challenge =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined }

/** Scopes of the token authentication of the distribution specification. */
export const toPull = (path: string): string => `repository:${path}:pull`
export const toPush = (path: string): string => `repository:${path}:pull,push`

export interface Authorizer {
  /** The Authorization header for these scopes; `undefined` where the registry needs none. */
  header(scopes: readonly string[]): Promise<string | undefined>
  /** Number of the current credentials, from 0. */
  readonly generation: number
  /** Drops the credentials of a generation, if they are the current ones. The next header uses fresh ones. */
  renew(generation: number): void
}

/** Asks a registry how it authenticates, and fetches tokens. They stay in memory. */
export function openAuthorizer(base: URL, http: Http, credentials: CredentialSource, signal: AbortSignal): Authorizer {
  let challenge: Promise<Challenge> | undefined
  let generation = 0
  let current: Promise<Credentials | undefined> | undefined
  const tokens = new Map<string, Promise<string | undefined>>()

  const currentCredentials = () => {
    if (current !== undefined) return current
    const asked = credentials({ fresh: generation > 0 })
    current = asked
    // A failure is not kept: the next attempt asks again.
    asked.catch(() => {
      if (current === asked) current = undefined
    })
    return asked
  }

  const header = async (scopes: readonly string[]): Promise<string | undefined> => {
    challenge ??= askChallenge(base, http, signal)
    const wanted = await challenge.catch((error) => {
      challenge = undefined
      throw error
    })
    if (wanted.kind === 'none') return undefined
    const key = wanted.kind === 'basic' ? '' : scopes.join(' ')
    let token = tokens.get(key)
    if (token === undefined) {
      token = currentCredentials().then((known) =>
        wanted.kind === 'basic'
          ? known === undefined
            ? undefined
            : basic(known)
          : fetchToken(wanted.realm, wanted.service, scopes, http, known, signal),
      )
      tokens.set(key, token)
      token.catch(() => tokens.delete(key))
    }
    return token
  }

  return {
    header,
    get generation() {
      return generation
    },
    renew(refused) {
      // Parallel requests are all refused; one new login serves them all.
      if (refused !== generation) return
      generation++
      current = undefined
      tokens.clear()
    },
  }
}

async function askChallenge(base: URL, http: Http, signal: AbortSignal): Promise<Challenge> {
  const answer = await http({ method: 'GET', url: new URL('/v2/', base), signal })
  const body = await readBody(answer)
  const status = answer.statusCode ?? 0
  if (status < 400) return { kind: 'none' }
  if (status !== 401) {
    const { code, message } = readErrorDocument(body)
    throw new RegistryError(`${base.host} does not answer as a registry: ${status} ${message}`.trim(), {
      status,
      code,
      hint: 'Check the host name: the answer to GET /v2/ is not that of a registry.',
    })
  }
  return parseChallenge(answer.headers['www-authenticate'] ?? '', base)
}

/** @throws SlipwayError when it is neither Basic nor Bearer, or would send a password over plain http. */
export function parseChallenge(header: string, base: URL): Challenge {
  const scheme = /^\s*(\w+)/.exec(header)?.[1]?.toLowerCase()
  if (scheme === 'basic') return { kind: 'basic' }
  const parameters = new Map([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]))
  const realm = parameters.get('realm')
  if (scheme !== 'bearer' || realm === undefined || !URL.canParse(realm, base.href)) {
    throw new SlipwayError(
      `The registry ${base.host} wants an authentication that is neither Basic nor Bearer: \`${header}\`.`,
      {
        hint: 'Check that the host is a registry, and not a proxy with its own login.',
      },
    )
  }
  const url = new URL(realm, base)
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) {
    throw new SlipwayError(`The registry ${base.host} wants a password sent to ${url.origin}, without encryption.`, {
      hint: 'Serve the registry and its token server over https.',
    })
  }
  return { kind: 'bearer', realm: url, service: parameters.get('service') }
}

async function fetchToken(
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  http: Http,
  known: Credentials | undefined,
  signal: AbortSignal,
): Promise<string> {
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const headers: Record<string, string> = known === undefined ? {} : { authorization: basic(known) }
  const answer = await http({ method: 'GET', url, headers, signal })
  const body = await readBody(answer)
  const status = answer.statusCode ?? 0
  if (status >= 400) {
    const { code, message } = readErrorDocument(body)
    throw new RegistryError(`Login for ${scopes.join(' ')} was refused by ${url.host}: ${status} ${message}`.trim(), {
      status,
      code,
      hint:
        known === undefined
          ? 'Log in to this registry: set `registry`, `username` and `password`, or run docker/login-action in an earlier step.'
          : `Check the user name \`${known.username}\` and its password or access token.`,
    })
  }
  const { token, access_token } = parseJson(body.toString('utf8'), `The answer of the token server ${url.host}`) as {
    token?: string
    access_token?: string
  }
  return `Bearer ${token ?? access_token ?? ''}`
}
