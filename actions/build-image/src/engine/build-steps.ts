import type { Clock } from '../../../../toolkit/clock.ts'

/** A step of a build that has ended. */
export interface BuildStep {
  readonly title: string
  readonly cached: boolean
  readonly ms: number
}

/** Records the steps of a build and their times. */
export class StepTimer {
  readonly #clock: Clock
  readonly #done: BuildStep[] = []
  #current: { title: string; cached: boolean; since: number } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(title: string): void {
    this.finish()
    this.#current = { title, cached: false, since: this.#clock.now() }
  }

  cached(): void {
    if (this.#current !== undefined) this.#current.cached = true
  }

  /** Ends the current step, and returns all steps. */
  finish(): readonly BuildStep[] {
    if (this.#current !== undefined) {
      const { title, cached, since } = this.#current
      this.#done.push({ title, cached, ms: this.#clock.now() - since })
      this.#current = undefined
    }
    return this.#done
  }
}
