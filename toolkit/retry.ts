import { type Clock, throwIfCancelled } from './clock.ts'

/** Whether another attempt can help: `false`, `true` (after the usual pause), or after so many milliseconds. */
export type Retryable = boolean | { readonly afterMs: number }

export interface RetryOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** How many times to try in all. */
  readonly attempts: number
  /** Milliseconds since the epoch: a pause that would last beyond it is not begun, and the error is thrown instead. */
  readonly until?: number
  /** Judges an error by its class. */
  readonly retryable: (error: unknown) => Retryable
  /** The first pause in milliseconds; it doubles each time, up to `maxDelayMs`, and is jittered by half. */
  readonly delayMs: number
  readonly maxDelayMs?: number
  /** Called before each pause. */
  readonly onRetry?: (error: unknown, attempt: number, pauseMs: number) => void
  /** From 0 to 1; a test passes its own. */
  readonly random?: () => number
}

/** Runs `task` until it succeeds, an error is not retryable, or the attempts are used up; then throws the last error. */
export async function retry<T>(task: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, signal, attempts, until, retryable, delayMs, maxDelayMs = 30_000, onRetry } = options
  const { random = Math.random } = options
  for (let attempt = 1; ; attempt++) {
    throwIfCancelled(signal)
    try {
      return await task(attempt)
    } catch (error) {
      const again = attempt < attempts && retryable(error)
      if (again === false) throw error
      const backoff = Math.min(maxDelayMs, delayMs * 2 ** (attempt - 1))
      const pauseMs = again === true ? backoff * (0.5 + random() / 2) : again.afterMs
      if (until !== undefined && clock.now() + pauseMs >= until) throw error
      onRetry?.(error, attempt, pauseMs)
      await clock.sleep(pauseMs, signal)
    }
  }
}
