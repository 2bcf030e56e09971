import type { Clock } from '../../kernel/clock.ts'

export interface Limit {
  readonly name: string
  readonly limit: number
  /** Seconds. */
  readonly period: number
}

/** Datadog's rate limits: requests per period, with the headers of every response. */
export class RateLimits {
  readonly #clock: Clock
  readonly #used = new Map<string, { period: number; count: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a request. Returns whether it is above the limit. */
  count({ name, limit, period }: Limit): { readonly exceeded: boolean; readonly headers: Record<string, string> } {
    const now = this.#clock.now() / 1000
    const current = Math.floor(now / period)
    const known = this.#used.get(name)
    const used = known?.period === current ? known : { period: current, count: 0 }
    used.count++
    this.#used.set(name, used)
    return {
      exceeded: used.count > limit,
      headers: {
        'x-ratelimit-name': name,
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-period': String(period),
        'x-ratelimit-remaining': String(Math.max(0, limit - used.count)),
        'x-ratelimit-reset': String(Math.ceil((current + 1) * period - now)),
      },
    }
  }
}
