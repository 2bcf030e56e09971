import type { Clock } from '../../../../toolkit/clock.ts'

/** A token bucket: `burst` calls at once, then `perSecond`. */
export interface RateLimit {
  readonly burst: number
  readonly perSecond: number
}

/** Keeps calls within a rate. */
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

  /** Waits for its turn, in the order of calls. @throws CancelledError */
  async take(signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now()
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + ((now - this.#at) / 1000) * this.#rate.perSecond)
    this.#at = now
    this.#tokens -= 1
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#rate.perSecond) * 1000, signal)
  }
}
