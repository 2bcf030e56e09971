import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../kernel/clock.ts'
import type { Listener } from '../model.ts'
import { targetKey } from '../model.ts'
import { forwardedHeaders } from './headers.ts'
import { type RequestFacts, route } from './match-rule.ts'
import { answerError, answerFixed, answerRedirect } from './own-responses.ts'
import { callTarget, forward } from './proxy.ts'
import type { Ending, Tally } from './request-journal.ts'
import { choose } from './stickiness.ts'
import { join } from './tcp.ts'

/** A listener of an Application Load Balancer. Looks up rules at each request, so that changes take effect at once. */
export function httpServer(listener: Listener, clock: Clock, tally: Tally): Server {
  const server = createServer((request, response) => serve(listener, clock, tally, request, response))
  const idleSeconds = Number(listener.loadBalancer.attributes.get('idle_timeout.timeout_seconds') ?? 60)
  server.keepAliveTimeout = idleSeconds * 1_000
  // A long upload is no error while bytes arrive.
  server.requestTimeout = 0
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    upgrade(listener, tally, request, socket, head),
  )
  return server
}

function serve(
  listener: Listener,
  clock: Clock,
  tally: Tally,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { action } = route(listener.rules, factsOf(request))
  switch (action.type) {
    case 'fixed-response':
      answerFixed(response, action.response)
      tally.count(listener, undefined, request, { kind: 'answered', status: response.statusCode })
      break
    case 'redirect':
      answerRedirect(request, response, action.redirect, listener.port)
      tally.count(listener, undefined, request, { kind: 'answered', status: response.statusCode })
      break
    case 'forward': {
      const { group, target, cookies } = choose(action, request)
      const ended = (ending: Ending) => tally.count(listener, group, request, ending)
      if (group !== undefined && target !== undefined) {
        forward({ listener, group, target, cookies, request, response }, clock, ended)
      } else {
        answerError(response, 503)
        ended({ kind: 'failed', status: 503, cause: 'no target can take it' })
      }
    }
  }
}

/** Forwards a WebSocket or other upgrade: byte for byte once the target has accepted it. */
function upgrade(listener: Listener, tally: Tally, request: IncomingMessage, client: Socket, head: Buffer): void {
  const { action } = route(listener.rules, factsOf(request))
  const choice = action.type === 'forward' ? choose(action, request) : undefined
  const refuse = (status: number, cause: string, target?: string) => {
    tally.count(listener, choice?.group, request, {
      kind: 'failed',
      status,
      cause,
      ...(target === undefined ? {} : { target }),
    })
    client.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nServer: awselb/2.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    )
  }
  client.on('error', () => client.destroy())
  if (choice?.group === undefined || choice.target === undefined) {
    refuse(503, 'no target can take it')
    return
  }
  const { group, target } = choice
  const upstream = callTarget({ group, target, request }, forwardedHeaders(request, listener, true))
  target.underWay.add(upstream)
  upstream.on('close', () => target.underWay.delete(upstream))
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    if (client.writable) refuse(502, error.code ?? error.message, targetKey(target.target))
  })
  upstream.on('response', (answer) => {
    client.write(statusLine(answer))
    answer.pipe(client)
    tally.count(listener, group, request, { kind: 'answered', status: answer.statusCode ?? 502 })
  })
  upstream.on('upgrade', (answer, socket, first) => {
    client.write(statusLine(answer))
    client.write(first)
    socket.write(head)
    target.underWay.add(socket)
    socket.on('close', () => target.underWay.delete(socket))
    join(client, socket)
    tally.count(listener, group, request, { kind: 'answered', status: 101 })
  })
  upstream.end()
}

function statusLine(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2)
    lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function factsOf(request: IncomingMessage): RequestFacts {
  const url = request.url ?? '/'
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  return {
    method: request.method ?? 'GET',
    host: (request.headers.host ?? '').replace(/:\d+$/, ''),
    path,
    get query() {
      return new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
    },
    header: (name) => [request.headers[name.toLowerCase()] ?? []].flat(),
    sourceIp: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  }
}
