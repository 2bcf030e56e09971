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

const IDLE_MS = 60_000
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

/** Sends one request, and gives the answer's head as soon as it is there. */
export const http: Http = async ({ method, url, headers = {}, body, signal }) => {
  const secure = url.protocol === 'https:'
  const size = body === undefined ? 0 : Buffer.isBuffer(body) ? body.length : body.size
  const length: Record<string, string> =
    body === undefined && /^(GET|HEAD)$/.test(method) ? {} : { 'content-length': String(size) }
  const request = (secure ? tlsRequest : plainRequest)(url, {
    method,
    headers: { ...headers, ...length },
    agent: secure ? tls : plain,
    timeout: IDLE_MS,
    ...(signal === undefined ? {} : { signal }),
  })
  request.on('timeout', () => request.destroy(timedOut(url)))
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
  })
  if (body === undefined || Buffer.isBuffer(body)) {
    request.end(body)
    return answer
  }
  // A registry may refuse a blob before all of it is sent: then its answer counts, and not the pipe that broke.
  const sent = pipeline(body.open(), request).then(
    () => answer,
    (error: unknown) => Promise.race([answer, rejectSoon(error)]),
  )
  return Promise.race([answer, sent])
}

/** All of an answer's content. */
export async function readBody(answer: HttpAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const rejectSoon = (error: unknown) => new Promise<never>((_, reject) => setTimeout(() => reject(error), 50).unref())

function timedOut(url: URL): Error {
  const error = new Error(`Nothing came from ${url.host} for ${IDLE_MS / 1000} s.`)
  return Object.assign(error, { code: 'ETIMEDOUT' })
}
