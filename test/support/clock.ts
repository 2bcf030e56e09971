import { type Clock, throwIfCancelled } from '../../toolkit/clock.ts'

/** A clock whose sleeps take no time, and are remembered. */
export class FakeClock implements Clock {
  readonly slept: number[] = []
  #now: number

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal)
    this.slept.push(ms)
    this.#now += ms
  }
}

interface HeldSleep {
  readonly ms: number
  readonly resolve: () => void
}

/** A clock that stands still: each sleep lasts until the test ends it, or its signal is aborted. */
export class HeldClock implements Clock {
  readonly #sleeps = new Set<HeldSleep>()
  #waiting: (() => void)[] = []

  now(): number {
    return 0
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleep = { ms, resolve }
    this.#sleeps.add(sleep)
    signal?.addEventListener('abort', () => {
      this.#sleeps.delete(sleep)
      reject(signal.reason)
    })
    for (const look of this.#waiting.splice(0)) look()
    return promise
  }

  /** Ends the sleep of this length, once there is one. */
  async end(ms: number): Promise<void> {
    for (;;) {
      const sleep = [...this.#sleeps].find((one) => one.ms === ms)
      if (sleep !== undefined) {
        this.#sleeps.delete(sleep)
        return sleep.resolve()
      }
      await new Promise<void>((look) => this.#waiting.push(look))
    }
  }

  /** Lengths of the sleeps that have not ended. */
  get sleeping(): readonly number[] {
    return [...this.#sleeps].map(({ ms }) => ms)
  }
}
