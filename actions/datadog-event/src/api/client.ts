import type { Clock } from '../../../../toolkit/clock.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import type { Exchange, TextAnswer, TextRequest } from '../../../../toolkit/http/exchange.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { retry } from '../../../../toolkit/retry.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import { brokenAnswer, DatadogError, noAnswer, outOfTime, refused } from './datadog-error.ts'
import { type Keys, requireAppKey } from './keys.ts'
import type { Site } from './site.ts'

/** A request to Datadog, before it is addressed and signed. */
export interface DatadogRequest {
  /** What the request does, for error messages: "post the event". */
  readonly operation: string
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Which of a site's addresses. */
  readonly host: 'api' | 'intake'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  /** Which keys it takes. */
  readonly keys: 'api' | 'both'
  /** Its object may have been created a moment ago, so Datadog may answer 404 for a while. */
  readonly mayLag?: boolean
}

export interface DatadogOptions {
  readonly site: Site
  readonly keys: Keys
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly send: Exchange
  /** From 0 to 1; a test passes its own. */
  readonly random?: () => number
}

const ATTEMPTS = 8
/** The limit of one attempt; less where less time is left. A hung connection must leave time for a retry. */
const ATTEMPT_MS = 15_000

/** A client of Datadog's API at one site: signs requests, retries errors that a retry can fix, and keeps to a time limit. */
export class Datadog {
  readonly #options: DatadogOptions

  constructor(options: DatadogOptions) {
    this.#options = options
  }

  /** The request as it is sent. `dry-run` prints it. */
  prepare(request: DatadogRequest): TextRequest {
    const { site, keys } = this.#options
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`
    return {
      method: request.method,
      url: `${site[request.host]}${request.path}${query}`,
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        'DD-API-KEY': keys.api,
        ...(request.keys === 'both' ? { 'DD-APPLICATION-KEY': requireAppKey(keys, `to ${request.operation}`) } : {}),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    }
  }

  /**
   * Asks, and gives the JSON answered; `undefined` where Datadog took the request but its answer could not be read.
   * @param until milliseconds since the epoch, by the clock, after which nothing is begun or waited for.
   * @throws DatadogError, CancelledError
   */
  async call(request: DatadogRequest, until: number): Promise<unknown> {
    const { clock, log, signal, random } = this.#options
    const prepared = this.prepare(request)
    return await retry(() => this.#attempt(request, prepared, until), {
      clock,
      signal,
      attempts: ATTEMPTS,
      until,
      delayMs: 500,
      maxDelayMs: 8_000,
      retryable: (error) => error instanceof DatadogError && error.retry,
      onRetry: (error, attempt, pauseMs) =>
        log.info(
          `${(error as Error).message.replace(/\.?$/, '.')} Try ${attempt + 1} in ${(pauseMs / 1000).toFixed(1)} s.`,
        ),
      ...(random === undefined ? {} : { random }),
    })
  }

  async #attempt(request: DatadogRequest, prepared: TextRequest, until: number): Promise<unknown> {
    const { site, clock, signal, send } = this.#options
    const left = until - clock.now()
    if (left <= 0) throw outOfTime(request.operation)
    const timeoutMs = Math.min(ATTEMPT_MS, left)
    let answer: TextAnswer
    try {
      answer = await send(prepared, { timeoutMs, signal })
    } catch (error) {
      if (error instanceof CancelledError) throw error
      throw noAnswer(request.operation, site, prepared.url, error)
    }
    if (answer.status < 200 || answer.status >= 300) {
      throw refused(request, site, prepared.url, this.#scrub(answer))
    }
    const read = parse(answer)
    if ('value' in read) return read.value
    // A POST that Datadog accepted must not be sent twice because its answer was cut off. A GET can be repeated.
    if (request.method !== 'GET') return undefined
    throw brokenAnswer(request.operation, site, prepared.url, read.problem)
  }

  /** Removes the keys from an answer, so that an error cannot show them. */
  #scrub(answer: TextAnswer): TextAnswer {
    const { api, app } = this.#options.keys
    const text = [api, app].reduce<string>((shown, key) => (key ? shown.replaceAll(key, '***') : shown), answer.text)
    return { ...answer, text }
  }
}

function parse({ text, cut }: TextAnswer): { readonly value: unknown } | { readonly problem: unknown } {
  if (cut !== undefined) return { problem: cut }
  try {
    return { value: parseJson(text, 'The answer of Datadog') }
  } catch (problem) {
    return { problem }
  }
}
