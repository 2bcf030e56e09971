import { mkdtempSync, writeFileSync } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Child, ProgramMissing, startChild } from '../kernel/child.ts'

export interface StoreRequest {
  readonly method: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: Buffer | Readable
}

/** A real OCI registry process, which stores layers and validates pushes. Only the cloud can reach it. */
export interface Store {
  start(): Promise<void>
  /** The caller reads the answer's body, or drops it with `resume()`. */
  request(request: StoreRequest): Promise<IncomingMessage>
  close(): Promise<void>
}

export function createStore(program = 'docker-registry'): Store {
  const agent = new Agent({ keepAlive: true })
  let child: Child | undefined
  let socket: Promise<string> | undefined

  async function launch(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-registry-'))
    // A Unix socket in a private folder needs no port, and other users cannot open it.
    const socketPath = join(folder, 'socket')
    const configuration = join(folder, 'config.json')
    writeFileSync(configuration, JSON.stringify(settings(folder, socketPath)))
    child = startChild(program, ['serve', configuration], folder)
    await child.line(/listening on /)
    return socketPath
  }

  const start = () => {
    socket ??= launch().catch((error: unknown) => {
      socket = undefined
      throw unavailable(program, error)
    })
    return socket
  }

  return {
    start: async () => void (await start()),
    async request({ method, path, headers = {}, body }) {
      const socketPath = await start()
      return new Promise<IncomingMessage>((resolve, reject) => {
        const out = httpRequest({ socketPath, agent, method, path, headers: { ...headers, host: 'store' } }, resolve)
        out.on('error', reject)
        if (body === undefined || Buffer.isBuffer(body)) out.end(body)
        else body.on('error', (error) => out.destroy(error)).pipe(out)
      })
    },
    async close() {
      agent.destroy()
      await child?.end()
    },
  }
}

// YAML, which the registry reads, is a superset of JSON.
const settings = (folder: string, socketPath: string) => ({
  version: '0.1',
  log: { level: 'info', accesslog: { disabled: true } },
  storage: { filesystem: { rootdirectory: join(folder, 'data') } },
  http: { net: 'unix', addr: socketPath, relativeurls: true },
})

function unavailable(program: string, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error)
  const next =
    error instanceof ProgramMissing
      ? `Install it: on Debian, apt-get install docker-registry; elsewhere, put CNCF Distribution's \`registry\` on PATH as ${program}.`
      : 'Try it by hand to see more.'
  return new Error(`The registry behind ECR could not be started. ${why} ${next}`, { cause: error })
}
