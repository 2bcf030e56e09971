// A proxy in front of a server. Breaks the requests that a test names, once each by default.
import { once } from 'node:events'
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'

export interface Fault {
  readonly method: string
  /** Matched against the path with its query. */
  readonly path: RegExp
  /** How many requests it hits. Default: 1. */
  times?: number
  readonly does:
    | {
        readonly kind: 'answer'
        readonly status: number
        readonly body?: string
        readonly headers?: Record<string, string>
      }
    /** Closes the connection once so many bytes of the request's body have come. */
    | { readonly kind: 'reset-upload'; readonly afterBytes: number }
    /** Closes the connection once so many bytes of the answer's body have been sent. */
    | { readonly kind: 'reset-download'; readonly afterBytes: number }
    /** Does what was asked, and then loses the answer. */
    | { readonly kind: 'lose-answer' }
    /** Hands it on only once this has come about. */
    | { readonly kind: 'hold'; readonly until: () => Promise<unknown> }
}

export interface FaultProxy {
  readonly host: string
  /** What was asked of it: `PUT /v2/web/manifests/v1`. */
  readonly requests: readonly string[]
  /** The headers of each. */
  readonly headers: readonly IncomingHttpHeaders[]
  /** Faults that nothing has met yet. */
  pending(): number
  break(...faults: Fault[]): void
  reset(): void
  close(): Promise<void>
}

/** Where the real server is: a port of this machine, or a socket. */
type Upstream = { readonly host: string; readonly port: number } | { readonly socketPath: string }

/** Called for each request when it arrives, and again when it has its answer. */
export type Watch = (what: 'asked' | 'answered', request: string) => void

/** Starts a proxy in front of a registry, or of a Docker engine. */
export async function startFaultProxy(upstream: Upstream, watch: Watch = () => {}): Promise<FaultProxy> {
  const faults: Fault[] = []
  const requests: string[] = []
  const headers: IncomingHttpHeaders[] = []

  const server = createServer((incoming, response) => {
    const { method = '', url = '' } = incoming
    const request = `${method} ${url}`
    requests.push(request)
    headers.push(incoming.headers)
    watch('asked', request)
    response.on('finish', () => watch('answered', request))
    const at = faults.findIndex((fault) => fault.method === method && fault.path.test(url))
    const fault = faults[at]
    if (fault !== undefined) {
      const left = (fault.times ?? 1) - 1
      if (left === 0) faults.splice(at, 1)
      else fault.times = left
    }
    serve(upstream, incoming, response, fault?.does)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    host: `127.0.0.1:${address.port}`,
    requests,
    headers,
    pending: () => faults.length,
    break: (...more) => void faults.push(...more),
    reset() {
      faults.length = 0
      requests.length = 0
      headers.length = 0
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function serve(
  to: Upstream,
  incoming: IncomingMessage,
  response: ServerResponse,
  does: Fault['does'] | undefined,
): void {
  if (does?.kind === 'answer') {
    incoming.resume()
    response.writeHead(does.status, { 'content-type': 'application/json', ...does.headers }).end(does.body ?? '')
    return
  }
  if (does?.kind === 'hold') {
    void does.until().then(() => serve(to, incoming, response, undefined))
    return
  }
  if (does?.kind === 'reset-upload') {
    let seen = 0
    incoming.on('data', (chunk: Buffer) => {
      seen += chunk.length
      if (seen >= does.afterBytes) incoming.socket.destroy()
    })
    incoming.on('end', () => incoming.socket.destroy())
    return
  }
  const { method, url, headers } = incoming
  const upstream = forward({ ...to, method, path: url, headers }, (answer) => {
    if (does?.kind === 'lose-answer') {
      answer.resume().on('end', () => incoming.socket.destroy())
      return
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    // A stream of events may have no event for long.
    response.flushHeaders()
    if (does?.kind !== 'reset-download') {
      answer.pipe(response)
      return
    }
    let sent = 0
    answer.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, does.afterBytes - sent)
      sent += part.length
      response.write(part, () => {
        if (sent >= does.afterBytes) incoming.socket.destroy()
      })
    })
  })
  upstream.on('error', () => response.destroy())
  // The client may have closed the connection: an engine would then hold its answer open, and this process with it.
  response.on('close', () => upstream.destroy())
  incoming.pipe(upstream)
}
