import { type Clock, throwIfCancelled } from './clock.ts'
import { TimedOutError } from './errors.ts'

export interface PollOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Milliseconds from the first look until TimedOutError. */
  readonly timeoutMs: number
  /** Milliseconds to wait after look number `look`, which counts from 1. */
  readonly delayMs: (look: number) => number
  /** What is awaited, for the error: "the rollout of web". */
  readonly what: string
}

/**
 * Calls `look` until it returns a value other than `undefined`, and returns that.
 * The last look happens at the deadline, never after it. Throws TimedOutError, CancelledError, or what `look` throws.
 */
export async function poll<T>(look: (count: number) => Promise<T | undefined>, options: PollOptions): Promise<T> {
  const { clock, signal, timeoutMs, delayMs, what } = options
  const deadline = clock.now() + timeoutMs
  for (let count = 1; ; count++) {
    throwIfCancelled(signal)
    const seen = await look(count)
    if (seen !== undefined) return seen
    const left = deadline - clock.now()
    if (left <= 0) throw new TimedOutError(`Gave up on ${what} after ${Math.round(timeoutMs / 1000)} s.`)
    await clock.sleep(Math.min(delayMs(count), left), signal)
  }
}
