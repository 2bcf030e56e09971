// node:http and not fetch: a blob is sent with its length, is never held in memory, and may take its time; what may not is
// a connection on which nothing moves.
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface HttpBody {
  readonly size: number
  /** Opens the content anew; each attempt sends it from the start. */
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

export interface Patience {
  /** How long nothing may move on a connection, in milliseconds. */
  readonly idleMs: number
  /** How long the answer to a streamed body may take once all of it is sent: a registry may move a large layer to its storage first. */
  readonly answerMs: number
}

// Proxies as the runner's environment names them (HTTPS_PROXY, NO_PROXY); loopback never goes through one.
const proxyEnv = {
  ...process.env,
  NO_PROXY: [process.env['NO_PROXY'] ?? process.env['no_proxy'] ?? '', 'localhost,127.0.0.1,::1']
    .filter(Boolean)
    .join(','),
}
const options = { keepAlive: true, maxSockets: 8, proxyEnv }
const plain = new PlainAgent(options)
const tls = new TlsAgent(options)

/** Sends requests, and gives the head of each answer as soon as it is there. */
export const openHttp =
  ({ idleMs, answerMs }: Patience): Http =>
  async ({ method, url, headers = {}, body, signal }) => {
    const secure = url.protocol === 'https:'
    const size = body === undefined ? 0 : Buffer.isBuffer(body) ? body.length : body.size
    const length: Record<string, string> =
      body === undefined && /^(GET|HEAD)$/.test(method) ? {} : { 'content-length': String(size) }
    // First, as it may not be there: a request that has begun by then would be nobody's.
    const content = body === undefined || Buffer.isBuffer(body) ? undefined : body.open()
    const request = (secure ? tlsRequest : plainRequest)(url, {
      method,
      headers: { ...headers, ...length },
      agent: secure ? tls : plain,
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
      // A registry may refuse a blob before all of it is sent: then its answer counts, and not the pipe that broke.
      (error: unknown) => Promise.race([answer, rejectSoon(error)]),
    )
    return Promise.race([answer, sent])
  }

export const http: Http = openHttp({ idleMs: 60_000, answerMs: 15 * 60_000 })

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
