import { readFileSync } from 'node:fs'

export interface Entry {
  readonly seq: number
  readonly type: string
  readonly [member: string]: unknown
}

/** Reads the rehearsal cloud's journal. Skips a last line that is still being written. */
export function readJournal(path: string): Entry[] {
  const text = readFileSync(path, 'utf8')
  const complete = text.slice(0, text.lastIndexOf('\n') + 1)
  return complete
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry)
}
