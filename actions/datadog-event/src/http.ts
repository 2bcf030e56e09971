// One HTTP exchange, bounded in time and in memory. Built on @actions/http-client, which honours proxies; not on its
// readBody(), which never ends when a connection breaks in the middle of an answer.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { HttpClient } from '@actions/http-client'
import { throwIfCancelled } from '../../../toolkit/clock.ts'
import { VERSION } from '../../../toolkit/version.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Why the body ends early, where it does. */
  readonly cut?: Error
}

export interface ExchangeOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Sends a request and reads its answer, whatever its status. Rejects when there was no answer in time. */
export type Send = (request: HttpRequest, options: ExchangeOptions) => Promise<HttpAnswer>

/** No answer is larger: a page of monitors is some megabytes. */
const BODY_LIMIT = 128 * 1024 * 1024

export const send: Send = async (request, { timeoutMs, signal }) => {
  throwIfCancelled(signal)
  // A redirect would carry the keys to another host, and the library's own retry is not ours to bound.
  const client = new HttpClient(`slipway/${VERSION}`, [], { allowRedirects: false, allowRetries: false })
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => {})
  const cancel = () => stopped.reject(signal.reason)
  const timer = setTimeout(() => stopped.reject(late(timeoutMs)), timeoutMs)
  signal.addEventListener('abort', cancel, { once: true })
  let message: IncomingMessage | undefined
  try {
    const asked = client.request(request.method, request.url, request.body ?? null, { ...request.headers })
    // It may still fail after we have stopped waiting for it.
    asked.catch(() => {})
    message = (await Promise.race([asked, stopped.promise])).message
    const body = await Promise.race([read(message), stopped.promise.catch((cut: Error) => ({ text: '', cut }))])
    throwIfCancelled(signal)
    return { status: message.statusCode ?? 0, headers: message.headers, ...body }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
    message?.destroy()
    client.dispose()
  }
}

async function read(message: IncomingMessage): Promise<{ readonly text: string; readonly cut?: Error }> {
  const chunks: Buffer[] = []
  let size = 0
  const text = () => Buffer.concat(chunks).toString('utf8')
  try {
    for await (const chunk of message) {
      size += (chunk as Buffer).length
      if (size > BODY_LIMIT) return { text: '', cut: new Error(`The answer is larger than ${BODY_LIMIT} bytes.`) }
      chunks.push(chunk as Buffer)
    }
    return { text: text() }
  } catch (error) {
    return { text: text(), cut: error instanceof Error ? error : new Error(String(error)) }
  }
}

const late = (ms: number) =>
  Object.assign(new Error(`There was no answer within ${(ms / 1000).toFixed(1)} s.`), { code: 'ETIMEDOUT' })
