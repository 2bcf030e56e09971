import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came over the wire. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body, parsed; `undefined` if it is not JSON. */
  readonly body: unknown
}

/** Answers request number `count`, which counts from 0. */
export type Script = (seen: Seen, response: ServerResponse, count: number) => void

/** A real HTTP server on this machine that answers as a test tells it, and keeps what it was asked. */
export async function scriptedServer(script: Script) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://localhost')
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      text,
      body: parse(text),
    }
    seen.push(one)
    script(one, response, seen.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    /** Connections that are open now. */
    connections: () =>
      new Promise<number>((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const answerJson = (response: ServerResponse, status: number, value: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

/** What Datadog answers to an event that it takes. */
export const eventTaken = (id = '7890123456789012345') => ({
  status: 'ok',
  event: { id: Number(id), id_str: id, url: `https://app.datadoghq.com/event/event?id=${id}` },
})

/** Sends without end, as fast as the client reads. Resolves when the client has closed the connection. */
export function answerWithoutEnd(response: ServerResponse): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024)
  const more = () => {
    while (response.write(chunk)) {}
  }
  response.on('drain', more)
  more()
  return new Promise((resolve) => response.on('close', resolve))
}
