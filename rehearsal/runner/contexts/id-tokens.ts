// Simulates GitHub's OIDC provider for jobs with `permissions: id-token: write`. Tokens have GitHub's claims. Their
// signature is a dummy: the rehearsal cloud's STS does not check it.
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const issuer = 'https://token.actions.githubusercontent.com'
const lifetimeS = 300

type Claims = Readonly<Record<string, unknown>>

/** The OIDC token server of one run. Starts with the first job that needs it. */
export class IdTokens {
  readonly #jobs = new Map<string, Claims>()
  #server: Promise<Server> | undefined

  /** Environment variables with which a job requests tokens that have `claims`. */
  async forJob(claims: Claims): Promise<Record<string, string>> {
    this.#server ??= listen((bearer, audience) => {
      const known = this.#jobs.get(bearer)
      return known === undefined ? undefined : tokenOf(known, audience)
    })
    const { port } = (await this.#server).address() as AddressInfo
    const bearer = randomBytes(24).toString('hex')
    this.#jobs.set(bearer, claims)
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    }
  }

  async close(): Promise<void> {
    const server = await this.#server
    server?.close()
    server?.closeAllConnections()
  }
}

/**
 * Claims of a job's token. Trust policies compare `sub`: it has the job's environment, if any, and the repository with
 * its owner's id and its own, which is GitHub's format for repositories created since July 2026.
 */
export function claimsOf(github: Readonly<Record<string, unknown>>, environment: string): Claims {
  const { repository, repository_id, repository_owner, repository_owner_id } = github
  const { ref, ref_type, sha, actor, event_name, run_id, run_attempt, workflow_ref } = github
  const [owner, name] = String(repository).split('/')
  const what = environment === '' ? `ref:${ref}` : `environment:${environment}`
  return {
    sub: `repo:${owner}@${repository_owner_id}/${name}@${repository_id}:${what}`,
    ...(environment === '' ? {} : { environment }),
    ...{ repository, repository_id, repository_owner, repository_owner_id },
    ...{ ref, ref_type, sha, actor, event_name, run_id, run_attempt, workflow_ref },
  }
}

function tokenOf(claims: Claims, audience: string): string {
  const now = Math.floor(Date.now() / 1000)
  const all = { ...claims, aud: audience, iss: issuer, jti: randomUUID(), iat: now, nbf: now, exp: now + lifetimeS }
  const parts = [JSON.stringify({ typ: 'JWT', alg: 'RS256', kid: 'rehearsal' }), JSON.stringify(all), 'rehearsal']
  return parts.map((part) => Buffer.from(part).toString('base64url')).join('.')
}

async function listen(answer: (bearer: string, audience: string) => string | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    // A step sends no Origin and no other Host. A web page does, whatever name it gave to this address.
    const { port } = server.address() as AddressInfo
    const url = URL.parse(request.url ?? '/', 'http://127.0.0.1')
    if (url === null || request.headers.origin !== undefined || request.headers.host !== `127.0.0.1:${port}`) {
      response.writeHead(url === null ? 400 : 403).end()
      return
    }
    const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const value = answer(bearer, url.searchParams.get('audience') ?? issuer)
    response.writeHead(value === undefined ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value === undefined ? { message: 'Bad credentials' } : { value }))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return server
}
