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
