// The Docker Engine API on a port of this machine, with answers that a test scripts. DOCKER_HOST names it, as dockerode reads that
// from the environment of this process.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface EngineRequest {
  /** `POST /images/web/tag`, decoded and without the query. */
  readonly call: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Text is sent as it is, a function answers by itself, and anything else is sent as JSON. */
type Answer = string | object | ((request: EngineRequest, response: ServerResponse) => void)

export interface EngineServer {
  /** `tcp://127.0.0.1:PORT`, the value of DOCKER_HOST. */
  readonly address: string
  readonly requests: readonly EngineRequest[]
  /** Ends the engine. DOCKER_HOST still names it. */
  stop(): Promise<void>
  /** Ends the engine, and restores DOCKER_HOST. */
  close(): Promise<void>
}

/** Starts one. It answers `_ping`, the calls of `answers`, such as `GET /version`, and 404 to any other. */
export async function startEngineServer(
  answers: Readonly<Record<string, Answer>>,
  /** Called when a request begins. */
  onBegin: (response: ServerResponse) => void = () => {},
): Promise<EngineServer> {
  const requests: EngineRequest[] = []
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://engine')
    const call = `${incoming.method} ${decodeURIComponent(url.pathname)}`
    if (call !== 'GET /_ping') onBegin(response)
    // A context that breaks off in the middle is no request.
    const body = await buffer(incoming).catch(() => undefined)
    if (body === undefined) return
    if (call === 'GET /_ping') return void response.end('OK')
    const request = { call, query: url.searchParams, headers: incoming.headers, body }
    requests.push(request)
    const answer = answers[call]
    if (typeof answer === 'function') return answer(request, response)
    response.setHeader('content-type', 'application/json')
    if (answer === undefined) response.writeHead(404).end(JSON.stringify({ message: `no answer to ${call}` }))
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  const before = process.env['DOCKER_HOST']
  process.env['DOCKER_HOST'] = address
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {
    address,
    requests,
    stop,
    async close() {
      if (before === undefined) delete process.env['DOCKER_HOST']
      else process.env['DOCKER_HOST'] = before
      await stop()
    },
  }
}

/** A progress stream of the engine: one JSON document a line. */
export const progress = (...messages: readonly object[]): string =>
  messages.map((message) => `${JSON.stringify(message)}\r\n`).join('')
