// The order of a file's opening and what else happens, driven by a test.
import fs from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

export interface HeldFile {
  /** Lets the file be opened. */
  release(): void
  /** Settles once it is open. */
  readonly opened: Promise<void>
}

/** Holds the next file that a stream opens until it is released. */
export function holdFileOpening(): HeldFile {
  const systemOpen = fs.open
  const open = systemOpen as unknown as (...args: unknown[]) => void
  let release = () => {}
  const opened = new Promise<void>((resolve) => {
    const held = (...args: unknown[]) => {
      fs.open = systemOpen
      const done = args.pop() as (error: unknown, file: number) => void
      release = () =>
        open(...args, (error: unknown, file: number) => {
          done(error, file)
          resolve()
        })
    }
    fs.open = held as unknown as typeof fs.open
  })
  return { release: () => release(), opened }
}

/** Lets everything run that waits for no file, socket or timer. */
export async function turns(): Promise<void> {
  for (let count = 0; count < 50; count++) await turn()
}
