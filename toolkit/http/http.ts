// node:http and not fetch: a blob is sent with its length, is never held in memory, and may take long, as long as it makes progress.
// Redirects are not followed, as they would carry keys to another host.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '../clock.ts'
import { SlipwayError } from '../errors.ts'
import type { Environment } from '../runtime.ts'
import { type Agents, openAgents } from './agents.ts'
import { type Limits, limitRequest } from './limits.ts'

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
  /** True where the answer may be large, such as a layer: then it may take as long as it makes progress. */
  readonly large?: boolean
  readonly signal?: AbortSignal
}

/** An answer whose content has not been read yet: read it, or drain it. */
export type HttpAnswer = IncomingMessage

export type Http = (request: HttpRequest) => Promise<HttpAnswer>

export interface HttpOptions extends Partial<Limits> {
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
  {
    idleMs = 60_000,
    answerMs = 15 * 60_000,
    totalMs = 2 * 60_000,
    // A kilobyte a second.
    pace = { bytes: 128 * 1024, ms: 2 * 60_000 },
    clock = systemClock,
    keepAlive = true,
    certificates,
  }: HttpOptions = {},
): Http {
  let agents: Agents | undefined
  return async ({ method, url, headers = {}, body, large = false, signal }) => {
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
    const limits = { idleMs, answerMs, totalMs, pace, clock }
    const progress = limitRequest(request, url, limits, large || content !== undefined)
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
        progress.bodySent()
        const head = await answer
        progress.answered()
        return head
      },
      // A server may refuse a body before all of it is sent. Then its answer counts, and not the broken pipe.
      (error: unknown) => Promise.race([answer, rejectSoon(error)]),
    )
    return Promise.race([answer, sent])
  }
}

/** As much as registries take of a manifest, and larger than all other answers that are small. */
const LIMIT_BYTES = 4 * 1024 * 1024

/** All of an answer's content. @throws SlipwayError when it is larger than the limit: then the connection is closed. */
export async function readBody(answer: HttpAnswer, limitBytes = LIMIT_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer) {
    size += (chunk as Buffer).length
    if (size > limitBytes) throw tooLarge(hostOf(answer), limitBytes)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** Reads an answer that is of no interest, so that its connection is free for others; a large one is cut off instead. */
export function discard(answer: HttpAnswer): void {
  let size = 0
  answer.on('error', () => {})
  answer.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > 64 * 1024) answer.destroy()
  })
}

/** The error for an answer without end. */
export function tooLarge(host: string, limitBytes: number): SlipwayError {
  return new SlipwayError(
    `The answer of ${host} is larger than ${limitBytes / 1024 / 1024} MiB. It was not read to its end.`,
    {
      hint: 'Check the address, and the proxy of this runner.',
    },
  )
}

/** The server, for errors. @types/node does not have `req`, and a request to a server of ours has none. */
const hostOf = (answer: HttpAnswer): string =>
  (answer as { readonly req?: { getHeader(name: string): unknown } }).req?.getHeader('host')?.toString() ?? 'the client'

const rejectSoon = (error: unknown) => new Promise<never>((_, reject) => setTimeout(() => reject(error), 50).unref())
