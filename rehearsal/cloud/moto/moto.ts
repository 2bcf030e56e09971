import { mkdtempSync } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, Request, Scope } from '../kernel/call.ts'
import { type Child, ProgramMissing, startChild } from '../kernel/child.ts'
import { AwsError } from '../kernel/errors.ts'

/** Serves the other AWS services: moto's server, started by the first call that needs it. */
export interface Moto {
  /** Starts the server unless it runs. Resolves with the path of its socket. Throws AwsError when moto is not installed. */
  start(): Promise<string>
  forward(request: Pick<Request, 'method' | 'url' | 'headers' | 'body'>, scope: Scope): Promise<Answer>
  close(): Promise<void>
}

// Headers that belong to one connection, and not to the message.
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date', 'server'])

/** @param allowHostAccess whether moto may run containers (Batch, Lambda). They can have any path of this machine. */
export function createMoto(program = 'moto_server', allowHostAccess = false): Moto {
  const agent = new Agent({ keepAlive: true })
  let child: Child | undefined
  let socket: Promise<string> | undefined

  const start = () => {
    socket ??= launch().catch((error: unknown) => {
      // The next call may find it installed.
      socket = undefined
      throw unavailable(program, error)
    })
    return socket
  }

  async function launch(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-moto-'))
    // A socket in a private folder: moto answers any Host, so a web page must not reach it.
    const path = join(folder, 'socket')
    const env = {
      // AWS's own policies, such as PowerUserAccess, are in every account.
      MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
      ...(allowHostAccess ? {} : { DOCKER_HOST: `unix://${join(folder, 'no-engine')}` }),
    }
    child = startChild(program, ['-H', `unix://${path}`, '-p', '0'], folder, env)
    await child.line(/Running on unix:/)
    return path
  }

  return {
    start,
    async forward(request, scope) {
      const { pathname, search } = request.url
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const { method } = request
        // moto reads the service and region from the signature, and the account from a header of its own.
        const headers = { ...request.headers, 'x-moto-account-id': scope.account }
        const open = (socketPath: string) =>
          httpRequest({ socketPath, path: pathname + search, method, headers, agent }, resolve).on('error', reject)
        start().then((socketPath) => open(socketPath).end(request.body), reject)
      })
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      return { status: response.statusCode ?? 502, headers: endToEnd(response), body: Buffer.concat(chunks) }
    },
    async close() {
      agent.destroy()
      await child?.end()
    },
  }
}

function endToEnd({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !HOP_BY_HOP.has(name))
      .map(([name, value]) => [name, String(value)]),
  )
}

function unavailable(program: string, error: unknown): AwsError {
  const why = error instanceof Error ? error.message : String(error)
  const next =
    error instanceof ProgramMissing
      ? "Install it with: pip install 'moto[server]' (and start the cloud with it on PATH)."
      : `Try it by hand: ${program} -H 127.0.0.1 -p 5000`
  const message = `This service is not one of the rehearsal cloud's own, and moto's server, which has it, could not be started. ${why} ${next}`
  return new AwsError('ServiceUnavailable', message, 503)
}
