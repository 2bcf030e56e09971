import type { Clock } from '../../../../toolkit/clock.ts'

/** One step of a build, as it went. */
export interface BuildStep {
  readonly title: string
  readonly cached: boolean
  readonly ms: number
}

/** Collects the steps of a build while it goes. */
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

  /** Ends the step that is under way, and gives all of them. */
  finish(): readonly BuildStep[] {
    if (this.#current !== undefined) {
      const { title, cached, since } = this.#current
      this.#done.push({ title, cached, ms: this.#clock.now() - since })
      this.#current = undefined
    }
    return this.#done
  }
}
