// The rehearsal cloud's own record of what really happened.
import { readFileSync } from 'node:fs'

export interface Entry {
  readonly seq: number
  readonly type: string
  readonly [member: string]: unknown
}

/** Reads a journal. A last line that is still being written is left for the next time. */
export function readJournal(path: string): Entry[] {
  const text = readFileSync(path, 'utf8')
  const complete = text.slice(0, text.lastIndexOf('\n') + 1)
  return complete
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry)
}
