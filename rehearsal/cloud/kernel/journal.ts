import { closeSync, constants, openSync, writeSync } from 'node:fs'
import type { Clock } from './clock.ts'

const { O_TRUNC, O_CREAT, O_APPEND, O_WRONLY } = constants

/**
 * What happened in the cloud, one entry per event. `type` names the kind; the further members belong to that kind:
 * `api` {service, action, account, region, role, outcome, status, request?}, `task` {…}, `target` {…}, `traffic` {…}, …
 */
export interface Entry {
  readonly type: string
  readonly [member: string]: unknown
}

export interface Written extends Entry {
  /** Position in the journal, from 1. */
  readonly seq: number
  /** ISO 8601, in the cloud's time. */
  readonly at: string
  /** Milliseconds since the epoch, by the machine's clock, whatever the cloud's speed. */
  readonly wall: number
}

/** An append-only record, in memory and, where a path is given, as JSON lines in a file. */
export class Journal {
  readonly #clock: Clock
  readonly #path: string
  #file: number | undefined
  readonly #keep: boolean
  readonly #entries: Written[] = []
  readonly #listeners = new Set<(entry: Written) => void>()
  #seq = 0

  /** @param keep whether entries stay in memory too: `false` for runs with many thousand services. */
  constructor(clock: Clock, path?: string, keep = true) {
    this.#clock = clock
    this.#path = path ?? ''
    this.#keep = keep
    if (path !== undefined) this.#file = openSync(path, O_TRUNC | O_CREAT | O_APPEND | O_WRONLY)
  }

  write(entry: Entry): void {
    const written: Written = {
      seq: ++this.#seq,
      at: new Date(this.#clock.now()).toISOString(),
      wall: Date.now(),
      ...entry,
    }
    if (this.#keep) this.#entries.push(written)
    this.#append(`${JSON.stringify(written)}\n`)
    for (const listener of this.#listeners) listener(written)
  }

  /** Closes the file. Later entries stay in memory. */
  close(): void {
    if (this.#file === undefined) return
    closeSync(this.#file)
    this.#file = undefined
  }

  /** Written synchronously, so that the entry is on disk even when the cloud is killed. */
  #append(line: string): void {
    if (this.#file === undefined) return
    try {
      writeSync(this.#file, line)
    } catch (error) {
      // A full disk must not keep the cloud from answering, or from closing.
      console.error(`The journal ${this.#path} ends here: ${(error as Error).message}. Later entries stay in memory.`)
      this.close()
    }
  }

  entries(type?: string): readonly Written[] {
    return type === undefined ? this.#entries : this.#entries.filter((entry) => entry.type === type)
  }

  /** Calls `listener` for each new entry. Returns a function that unsubscribes. */
  follow(listener: (entry: Written) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
