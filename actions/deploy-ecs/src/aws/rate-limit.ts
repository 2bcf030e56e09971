import type { Clock } from '../../../../toolkit/clock.ts'

/** How often something may be done: a burst at once, then so many each second. */
export interface RateLimit {
  readonly burst: number
  readonly perSecond: number
}

/** Keeps to a rate. Those that come too early wait, in the order in which they came. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #rate: RateLimit
  #tokens: number
  #at: number

  constructor(clock: Clock, rate: RateLimit) {
    this.#clock = clock
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = clock.now()
  }

  async take(signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate.perSecond)
    this.#at = now
    this.#tokens -= 1
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#rate.perSecond) * 1000, signal)
  }
}
