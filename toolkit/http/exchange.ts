import type { IncomingHttpHeaders } from 'node:http'
import { throwIfCancelled } from '../clock.ts'
import type { Environment } from '../runtime.ts'
import { VERSION } from '../version.ts'
import { type HttpAnswer, openHttp } from './http.ts'

export interface TextRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface TextAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Why the text ends early, where it does. */
  readonly cut?: Error
}

export interface ExchangeOptions {
  /** For the request and all of its answer. */
  readonly timeoutMs: number
  /** A larger answer is cut. Default: 128 MiB, as a page of Datadog's monitors has some megabytes. */
  readonly limitBytes?: number
  readonly signal: AbortSignal
}

/**
 * Sends a request and reads all of its answer, whatever its status, bounded in time and in memory.
 * @throws the error of the connection when there was no answer, ETIMEDOUT when it did not begin in time, CancelledError.
 */
export type Exchange = (request: TextRequest, options: ExchangeOptions) => Promise<TextAnswer>

const LIMIT_BYTES = 128 * 1024 * 1024

/** Opens exchanges of text, through the environment's proxy where it has one. */
export function openExchange(env: Environment): Exchange {
  // A POST that fails on a connection that the server was closing may not be sent twice; so each has a connection of its own.
  const http = openHttp(env, { keepAlive: false })
  return async ({ url, method, headers, body }, { timeoutMs, limitBytes = LIMIT_BYTES, signal }) => {
    throwIfCancelled(signal)
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(late(timeoutMs)), timeoutMs)
    const stop = AbortSignal.any([signal, timeout.signal])
    try {
      const answer = await http({
        method,
        url: new URL(url),
        headers: { 'user-agent': `slipway/${VERSION}`, ...headers },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
        signal: stop,
      })
      const { text, cut } = await readText(answer, limitBytes)
      const reason: Error | undefined = stop.aborted ? stop.reason : cut
      throwIfCancelled(signal)
      const head = { status: answer.statusCode ?? 0, headers: answer.headers, text }
      return reason === undefined ? head : { ...head, cut: reason }
    } catch (error) {
      throwIfCancelled(signal)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
}

async function readText(
  answer: HttpAnswer,
  limitBytes: number,
): Promise<{ readonly text: string; readonly cut?: Error }> {
  const chunks: Buffer[] = []
  let size = 0
  const text = () => Buffer.concat(chunks).toString('utf8')
  try {
    for await (const chunk of answer) {
      size += (chunk as Buffer).length
      if (size > limitBytes) return { text: '', cut: new Error(`The answer is larger than ${limitBytes} bytes.`) }
      chunks.push(chunk as Buffer)
    }
    return { text: text() }
  } catch (error) {
    // Always an Error of Node's. `instanceof` would say no under Jest, whose tests have an `Error` of their own.
    return { text: text(), cut: error as Error }
  }
}

const late = (ms: number) =>
  Object.assign(new Error(`There was no answer within ${(ms / 1000).toFixed(1)} s.`), { code: 'ETIMEDOUT' })
