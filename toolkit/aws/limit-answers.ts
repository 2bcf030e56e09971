import { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { tooLarge } from '../http/http.ts'

/** What the SDK calls a runtime extension, as far as we use it. */
export interface Extension {
  configure(client: { httpHandler(): HttpHandler }): void
}

interface HttpHandler {
  handle(request: AwsRequest, options?: { readonly abortSignal?: AbortSignal }): Promise<{ response: AwsResponse }>
}

interface AwsRequest {
  readonly hostname: string
}

interface AwsResponse {
  body?: unknown
}

export interface AnswerLimits {
  /** Of one answer. */
  readonly bytes: number
  /** Milliseconds for one attempt: from the request to the end of the answer. */
  readonly ms: number
  readonly clock: Clock
}

/**
 * Has the SDK's handler read each answer to its end, within limits; the SDK itself has none but for silence. An answer that takes
 * too long is an ETIMEDOUT, one that is too large a SlipwayError. No call of ours wants an answer as a stream.
 */
export const limitAnswers = ({ bytes, ms, clock }: AnswerLimits): Extension => ({
  configure(client) {
    const handler = client.httpHandler()
    const handle = handler.handle.bind(handler)
    handler.handle = async (request, options = {}) => {
      const late = new AbortController()
      const done = new AbortController()
      clock.sleep(ms, done.signal).then(
        () => late.abort(timedOut(request, ms)),
        () => {},
      )
      const abortSignal = AbortSignal.any([late.signal, ...(options.abortSignal ? [options.abortSignal] : [])])
      try {
        const { response } = await handle(request, { ...options, abortSignal })
        if (response.body instanceof Readable) {
          const body = await read(response.body, abortSignal, tooLarge(request.hostname, bytes), bytes)
          response.body = Readable.from([body], { objectMode: false })
        }
        return { response }
      } catch (error) {
        if (options.abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' })
        throw late.signal.aborted ? late.signal.reason : error
      } finally {
        done.abort()
      }
    }
  },
})

async function read(body: Readable, signal: AbortSignal, excess: Error, limitBytes: number): Promise<Buffer> {
  const stop = () => void body.destroy(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += (chunk as Buffer).length
    if (size > limitBytes) throw excess
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

const timedOut = ({ hostname }: AwsRequest, ms: number) =>
  Object.assign(new Error(`The answer of ${hostname} did not end within ${ms / 1000} s.`), { code: 'ETIMEDOUT' })
