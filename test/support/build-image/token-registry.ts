// A registry that wants a bearer token from a token server, as Docker Hub and ECR public do: their documented wire format (the
// distribution specification's "Token Authentication"), with Debian's docker-registry for what is behind it.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Host, pass } from '../internet.ts'
import type { OciRegistry } from './oci-registry.ts'

export interface TokenRegistryOptions {
  readonly realm: string
  readonly service: string
  /** A scope that the challenge names; Docker Hub names none at `/v2/`. */
  readonly scope?: string
  /** The one who may push. Anyone may pull. */
  readonly user: { readonly username: string; readonly password: string }
  /** The host that serves the blobs: the registry redirects there, and a request with a login is refused. */
  readonly downloads: string
  /** A look at the machine, at each login. */
  readonly onLogin?: () => void
}

export interface TokenRegistry {
  readonly registry: Host
  readonly tokens: Host
  readonly downloads: Host
  /** What was asked of the token server: who, and for what. */
  readonly logins: readonly { readonly username: string | undefined; readonly scope: string }[]
  /** Lets every token expire. */
  expire(): void
}

export function tokenRegistry(store: OciRegistry, options: TokenRegistryOptions): TokenRegistry {
  const { realm, service, scope, user, downloads } = options
  const logins: { username: string | undefined; scope: string }[] = []
  const granted = new Map<string, readonly string[]>()

  const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

  const challenge = (response: ServerResponse, wanted: readonly string[], error?: string) => {
    const parts = [`realm="${realm}"`, `service="${service}"`]
    if (wanted.length > 0) parts.push(`scope="${wanted.join(' ')}"`)
    if (error !== undefined) parts.push(`error="${error}"`)
    const errors = [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: null }]
    json(response, 401, { errors }, { 'www-authenticate': `Bearer ${parts.join(',')}` })
  }

  /** As CNCF distribution and Harbor have it: mounting a blob from another repository needs the right to pull there. */
  const scopesOf = ({ method, url = '' }: IncomingMessage): readonly string[] => {
    const { pathname, searchParams } = new URL(url, realm)
    const name = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(pathname)?.[1]
    if (name === undefined) return []
    const reads = method === 'GET' || method === 'HEAD'
    const from = searchParams.get('from')
    return [`repository:${name}:${reads ? 'pull' : 'pull,push'}`, ...(from === null ? [] : [`repository:${from}:pull`])]
  }

  return {
    logins,
    expire: () => granted.clear(),

    registry(request, response) {
      const wanted = scopesOf(request)
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
      if (token === undefined || (wanted.length === 0 && !granted.has(token)))
        return challenge(response, wanted.length === 0 && scope !== undefined ? [scope] : wanted)
      const given = granted.get(token)
      if (given === undefined) return challenge(response, wanted, 'invalid_token')
      // `pull,push` is good for pulling too.
      if (!wanted.every((one) => given.some((other) => other.startsWith(one))))
        return challenge(response, wanted, 'insufficient_scope')
      if (request.method === 'GET' && /\/blobs\/sha256:/.test(request.url ?? '')) {
        response.writeHead(307, { location: `https://${downloads}${request.url}?verify=signed` }).end()
        return
      }
      pass(request, response, { port: store.port })
    },

    tokens(request, response) {
      options.onLogin?.()
      const { searchParams } = new URL(request.url ?? '', realm)
      const asked = searchParams.getAll('scope')
      const [, encoded] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
      const [username, ...rest] = Buffer.from(encoded ?? '', 'base64')
        .toString('utf8')
        .split(':')
      logins.push({ username: encoded === undefined ? undefined : username, scope: asked.join(' ') })
      if (searchParams.get('service') !== service) return void json(response, 400, { details: 'wrong service' })
      const known = username === user.username && rest.join(':') === user.password
      if (encoded !== undefined && !known)
        return void json(response, 401, { details: 'incorrect username or password' })
      // A token for less than was asked, and no refusal: that comes when it is used.
      const token = randomUUID()
      granted.set(token, known ? asked : asked.map((one) => one.replace(/:pull,push$/, ':pull')))
      json(response, 200, { token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() })
    },

    downloads(request, response) {
      if (request.headers.authorization !== undefined) {
        response.writeHead(400).end('InvalidArgument: Only one auth mechanism allowed')
        return
      }
      pass(request, response, { port: store.port, path: (request.url ?? '').replace(/\?.*$/, '') })
    },
  }
}
