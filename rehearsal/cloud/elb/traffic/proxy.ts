import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Clock } from '../../kernel/clock.ts'
import { reach } from '../health/probe.ts'
import { type Listener, type RegisteredTarget, type TargetGroup, targetKey } from '../model.ts'
import { answeredHeaders, forwardedHeaders } from './headers.ts'
import { answerError } from './own-responses.ts'
import type { Ending } from './request-journal.ts'

const connectMs = 10_000

export interface Exchange {
  readonly listener: Listener
  readonly group: TargetGroup
  readonly target: RegisteredTarget
  readonly cookies: readonly string[]
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Opens a request to a target, and uses an open connection if there is one. */
export function callTarget(exchange: Pick<Exchange, 'group' | 'target' | 'request'>, headers: string[]): ClientRequest {
  const { group, target, request } = exchange
  const https = group.protocol === 'HTTPS'
  target.agent ??= https ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  return (https ? httpsRequest : httpRequest)({
    ...reach(target.target),
    method: request.method,
    path: request.url,
    headers,
    agent: target.agent,
    setHost: false,
    ...(https ? { rejectUnauthorized: false } : {}),
  })
}

/**
 * Streams a request to a target and its answer back. Does not retry: as on AWS, a target that closes a
 * connection during a request gives a 502. Calls `ended` exactly once.
 */
export function forward(exchange: Exchange, clock: Clock, ended: (ending: Ending) => void): void {
  const { listener, target, request, response } = exchange
  const upstream = callTarget(exchange, forwardedHeaders(request, listener))
  const idleMs = Number(listener.loadBalancer.attributes.get('idle_timeout.timeout_seconds') ?? 60) * 1_000
  let open = true
  let connected = false
  let heard = clock.now()

  const end = (ending: Ending) => {
    if (!open) return
    open = false
    timer.cancel()
    target.underWay.delete(upstream)
    ended(ending)
  }
  const fail = (status: number, cause: string) => {
    if (!open) return
    const begun = response.headersSent
    end({ kind: 'failed', status: begun ? undefined : status, cause, target: targetKey(target.target) })
    if (begun) response.destroy()
    else answerError(response, status)
    upstream.destroy()
  }
  const watch = () => {
    const quiet = clock.now() - heard
    if (!connected && quiet >= connectMs) fail(504, 'no connection within 10 s')
    else if (quiet >= idleMs) fail(504, `nothing heard for ${idleMs / 1_000} s`)
    else timer = clock.after(Math.min(idleMs, connected ? idleMs : connectMs) - quiet, watch)
  }
  let timer = clock.after(Math.min(idleMs, connectMs), watch)
  target.underWay.add(upstream)

  upstream.on('socket', (socket) => {
    if (!socket.connecting) connected = true
    else
      socket.once('connect', () => {
        connected = true
      })
  })
  upstream.on('error', (error: NodeJS.ErrnoException) => fail(502, error.code ?? error.message))
  upstream.on('response', (answer) => {
    heard = clock.now()
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      answeredHeaders(answer, listener, exchange.cookies),
    )
    answer.on('data', () => {
      heard = clock.now()
    })
    answer.on('error', (error: NodeJS.ErrnoException) => fail(502, error.code ?? error.message))
    answer.on('close', () => {
      if (!answer.complete) fail(502, 'connection lost in the middle of the answer')
    })
    answer.pipe(response)
  })
  request.on('data', () => {
    heard = clock.now()
  })
  if (hasBody(request)) request.pipe(upstream)
  else upstream.end()
  response.on('finish', () => end({ kind: 'answered', status: response.statusCode }))
  response.on('close', () => {
    if (!open) return
    end({ kind: 'abandoned' })
    upstream.destroy()
  })
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
