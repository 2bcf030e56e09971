import type { World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'

/** A part of the step's work, and how long it took. */
export interface Stage {
  readonly name: string
  readonly ms: number
}

/** Runs each part of the work in a log group, and records its time. */
export class Stages {
  readonly #world: Pick<World, 'clock' | 'log'>
  readonly done: Stage[] = []

  constructor(world: Pick<World, 'clock' | 'log'>) {
    this.#world = world
  }

  async run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const { clock, log } = this.#world
    const since = clock.now()
    const result = await log.group(name, task)
    const ms = clock.now() - since
    this.done.push({ name, ms })
    log.info(`${name}: ${formatDuration(ms)}`)
    return result
  }
}
