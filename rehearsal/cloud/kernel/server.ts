import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer, Request, RequestHead } from './call.ts'
import { whyForeign } from './local-requests.ts'

/** One HTTP exchange. Its body is not read yet, so that a route can stream it. */
export interface Exchange {
  readonly head: RequestHead
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A part of the endpoint: the requests it claims, and how it serves them. */
export interface Route {
  claims(head: RequestHead): boolean
  serve(exchange: Exchange): void | Promise<void>
}

/** How many refusals are printed. A page could send any number. */
const PRINTED_REFUSALS = 20

/**
 * Serves one port on one or more loopback addresses. The first route that claims a request serves it. Requests that a web
 * page may have sent are refused.
 */
export class Server {
  readonly #routes: readonly Route[]
  readonly #hostnames: readonly string[]
  readonly #refusals = new Set<string>()
  readonly #listeners = new Map<string, HttpServer>()
  #port = 0

  /** @param hostnames names that it answers to, besides those of the loopback addresses. */
  constructor(routes: readonly Route[], hostnames: readonly string[] = []) {
    this.#routes = routes
    this.#hostnames = hostnames.map((name) => name.toLowerCase())
  }

  get port(): number {
    return this.#port
  }

  /** Opens `address`; the first one opened decides the port of all (0 lets the system choose). */
  async listen(address: string, port = this.#port): Promise<void> {
    if (!address.startsWith('127.')) throw new RangeError(`The cloud listens on loopback only, not on ${address}.`)
    const listener = createServer((request, response) => void this.#dispatch(request, response))
    // Clients reuse connections. A connection closed by the server at the wrong moment would look like a fault.
    listener.keepAliveTimeout = 75_000
    listener.requestTimeout = 0
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error) => reject(cannotListen(address, port, error)))
      listener.listen({ host: address, port, exclusive: true }, () => {
        listener.removeAllListeners('error')
        resolve()
      })
    })
    this.#port = (listener.address() as AddressInfo).port
    this.#listeners.set(address, listener)
  }

  /** Opens another address on the same port, unless it is open. Resolves with the port. */
  async open(address: string): Promise<number> {
    if (!this.#listeners.has(address)) await this.listen(address)
    return this.#port
  }

  async close(): Promise<void> {
    const closing = [...this.#listeners.values()].map((listener) => new Promise((resolve) => listener.close(resolve)))
    for (const listener of this.#listeners.values()) listener.closeAllConnections()
    await Promise.all(closing)
    this.#listeners.clear()
  }

  #refuse(exchange: Pick<Exchange, 'request' | 'response'>, message: string): void {
    if (!this.#refusals.has(message) && this.#refusals.size < PRINTED_REFUSALS) {
      this.#refusals.add(message)
      console.error(message)
    }
    const body = JSON.stringify({ __type: 'AccessDeniedException', message })
    send(exchange, { status: 403, headers: { 'content-type': 'application/json' }, body })
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const foreign = whyForeign(request.headers, this.#hostnames)
      if (foreign !== undefined) {
        this.#refuse({ request, response }, foreign)
        return
      }
      const head = headOf(request)
      await this.#routes.find((route) => route.claims(head))?.serve({ head, request, response })
    } catch (error) {
      // A closed client connection is no error. Anything else is a bug in the cloud.
      if (request.destroyed && !request.complete) return
      console.error('The rehearsal cloud failed to answer', request.method, request.url, error)
      if (response.headersSent) response.destroy()
      else send({ request, response }, { status: 500, body: `The rehearsal cloud failed: ${error}\n` })
    }
  }
}

function cannotListen(address: string, port: number, error: NodeJS.ErrnoException): Error {
  const why = error.code === 'EADDRINUSE' ? 'it is in use' : error.message
  const next =
    error.code === 'EADDRNOTAVAIL'
      ? `Linux has all of 127.0.0.0/8; on macOS each further address is added by hand: sudo ifconfig lo0 alias ${address}`
      : 'End what uses it, or choose another port with --port (0 lets the system choose).'
  return new Error(`The cloud cannot listen on ${address}, port ${port}: ${why}. ${next}`, { cause: error })
}

function headOf(request: IncomingMessage): RequestHead {
  const { method = 'GET', url = '/', headers } = request
  // URL would read a path such as `//x` as a host, so prefix the origin as text.
  return { method, url: new URL(`http://${headers.host ?? 'localhost'}${url.replace(/^\/*/, '/')}`), headers }
}

/** Reads the whole body of an exchange. */
export async function readRequest({ head, request }: Exchange): Promise<Request> {
  const arrived = performance.now()
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return { ...head, arrived, body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }
}

/** Writes a response. For HEAD: the headers of GET, without a body. */
export function send({ request, response }: Pick<Exchange, 'request' | 'response'>, answer: Answer): void {
  const body = answer.body ?? ''
  const bare = answer.status === 204 || answer.status === 304
  response.writeHead(answer.status, {
    ...(bare ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...answer.headers,
  })
  response.end(request.method === 'HEAD' || bare ? undefined : body)
  // Read and drop the rest of the request, or the client would wait.
  if (!request.complete) request.resume()
}
