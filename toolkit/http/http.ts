// node:http and not fetch: a blob is sent with its length, is never held in memory, and may take long; what may not is a
// connection on which nothing moves. Redirects are not followed, as they would carry keys to another host.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Environment } from '../runtime.ts'
import { type Agents, openAgents } from './agents.ts'

export interface HttpBody {
  readonly size: number
  /** Opens the content; each attempt sends it from the start. */
  readonly open: () => Readable
}

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | HttpBody
  readonly signal?: AbortSignal
}

/** An answer whose content has not been read yet: read it, or drain it. */
export type HttpAnswer = IncomingMessage

export type Http = (request: HttpRequest) => Promise<HttpAnswer>

export interface HttpOptions {
  /** Milliseconds that nothing may move on a connection. */
  readonly idleMs?: number
  /**
   * Milliseconds until the answer to a streamed body, once all of it is sent: a registry may move a large layer to its storage
   * first.
   */
  readonly answerMs?: number
  /**
   * Whether to use a connection again. A server may be closing it: then the request fails, though it would not on a new one.
   * Without it each request asks the server to close: Node's agent alone would hand the connection to a request that waits for one.
   */
  readonly keepAlive?: boolean
  /** Reads certificates to trust besides those that Node trusts, in PEM, at the first request. */
  readonly certificates?: () => string | undefined
}

/**
 * Returns a function that sends a request, through the environment's proxy where it has one, and resolves with the head of the
 * answer as soon as it is there, whatever its status. It rejects with the error of the connection, ETIMEDOUT when the connection
 * was silent for too long, and with the reason of `signal` when that is aborted.
 */
export function openHttp(
  env: Environment,
  { idleMs = 60_000, answerMs = 15 * 60_000, keepAlive = true, certificates }: HttpOptions = {},
): Http {
  let agents: Agents | undefined
  return async ({ method, url, headers = {}, body, signal }) => {
    signal?.throwIfAborted()
    agents ??= openAgents(env, { maxSockets: 8, keepAlive, certificates: certificates?.() })
    const secure = url.protocol === 'https:'
    const size = body === undefined ? 0 : Buffer.isBuffer(body) ? body.length : body.size
    const length: Record<string, string> =
      body === undefined && /^(GET|HEAD)$/.test(method) ? {} : { 'content-length': String(size) }
    // Opened first, as it may be missing: a request that was begun by then would stay open.
    const content = body === undefined || Buffer.isBuffer(body) ? undefined : body.open()
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method,
      headers: { ...headers, ...length, ...(keepAlive ? {} : { connection: 'close' }) },
      agent: secure ? agents.https : agents.http,
      timeout: idleMs,
      ...(signal === undefined ? {} : { signal }),
    })
    let allowedMs = idleMs
    const allow = (ms: number) => {
      allowedMs = ms
      request.setTimeout(ms)
    }
    request.on('timeout', () => request.destroy(timedOut(url, allowedMs)))
    const answer = new Promise<HttpAnswer>((resolve, reject) => {
      request.on('response', resolve)
      request.on('error', reject)
      // Node reports no abort while a request waits for its connection, such as a tunnel through a proxy that does not answer.
      const abort = () => reject(signal?.reason)
      signal?.addEventListener('abort', abort, { once: true })
      request.on('close', () => signal?.removeEventListener('abort', abort))
    })
    if (content === undefined) {
      request.end(body)
      return answer
    }
    const sent = pipeline(content, request).then(
      async () => {
        allow(answerMs)
        const head = await answer
        allow(idleMs)
        return head
      },
      // A server may refuse a body before all of it is sent. Then its answer counts, and not the broken pipe.
      (error: unknown) => Promise.race([answer, rejectSoon(error)]),
    )
    return Promise.race([answer, sent])
  }
}

/** All of an answer's content. */
export async function readBody(answer: HttpAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const rejectSoon = (error: unknown) => new Promise<never>((_, reject) => setTimeout(() => reject(error), 50).unref())

function timedOut(url: URL, ms: number): Error {
  const error = new Error(`Nothing came from ${url.host} for ${ms / 1000} s.`)
  return Object.assign(error, { code: 'ETIMEDOUT' })
}
