import type { Clock, Timer } from './clock.ts'

/** A clock on another clock. `close` cancels all its timers, so that a closed service does nothing more. */
export class ClosableClock implements Clock {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  after(ms: number, task: () => void | Promise<void>): Timer {
    if (this.#closed) return { cancel: () => undefined }
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(own)
      return task()
    })
    const own: Timer = {
      cancel: () => {
        timer.cancel()
        this.#timers.delete(own)
      },
    }
    this.#timers.add(own)
    return own
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}
