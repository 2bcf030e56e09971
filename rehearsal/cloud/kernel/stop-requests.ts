import type { Clock } from './clock.ts'

/** A signal that follows another within this time is its copy: npm passes on what the terminal has sent to all processes. */
const COPY_MS = 1_000

/** Requests to stop. The first one closes, a later signal forces, and so does the limit. */
export class StopRequests {
  /** Resolves with the reason of the first request. */
  readonly first: Promise<string>
  readonly #hurry = new AbortController()
  readonly #clock: Clock
  readonly #limitMs: number | undefined
  #resolve: (reason: string) => void = () => {}
  #since: number | undefined

  /** @param limitMs time from the first request on until it forces; without it, only a signal does. */
  constructor(clock: Clock, limitMs?: number) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.first = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Aborted by a second signal, or when closing has taken longer than the limit. */
  get hurry(): AbortSignal {
    return this.#hurry.signal
  }

  signal(name: string): void {
    if (this.#since !== undefined && this.#clock.now() - this.#since >= COPY_MS) this.#hurry.abort()
    this.request(name)
  }

  /** A request that never forces, such as the end of the parent process. */
  request(reason: string): void {
    if (this.#since !== undefined) return
    this.#since = this.#clock.now()
    if (this.#limitMs !== undefined) this.#clock.after(this.#limitMs, () => this.#hurry.abort())
    this.#resolve(reason)
  }
}
