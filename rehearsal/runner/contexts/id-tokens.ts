// Where a job with `permissions: id-token: write` gets a token of its own, as from GitHub: a server that knows the job by
// its bearer. The claims are GitHub's; the signature is nobody's, as the rehearsal's STS asks for none.
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const issuer = 'https://token.actions.githubusercontent.com'
const lifetimeS = 300

type Claims = Readonly<Record<string, unknown>>

/** Of one run: started when the first job asks for it. */
export class IdTokens {
  readonly #jobs = new Map<string, Claims>()
  #server: Promise<Server> | undefined

  /** What a job finds in its environment, with which it can ask for tokens that say `claims`. */
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
 * What GitHub says of a job. `sub` is what trust policies compare: the environment, where the job has one, and the
 * repository with the ids of its owner and its own, as GitHub names those that were made since July 2026.
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
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const value = answer(bearer, searchParams.get('audience') ?? issuer)
    response.writeHead(value === undefined ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value === undefined ? { message: 'Bad credentials' } : { value }))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return server
}
