import { appendFileSync } from 'node:fs'
import * as core from '@actions/core'

/** Outputs, state and summary of a step. */
export interface Step {
  /** Sets an output. Anything but text is written as JSON. */
  output(name: string, value: unknown): void
  /** Saves a value for the post step. */
  saveState(name: string, value: string): void
  /** The value that the main step saved; '' if it saved none. */
  state(name: string): string
  /** Appends a paragraph or more of markdown to the job summary. */
  summary(markdown: string): void
}

/** GitHub drops a summary that is larger than 1 MiB. */
const SUMMARY_LIMIT = 1024 * 1024

/** Writes to the files of GitHub's runner. Outside a runner the summary is not written. */
export const runnerStep: Step = {
  output: (name, value) => core.setOutput(name, value),
  saveState: (name, value) => core.saveState(name, value),
  state: (name) => core.getState(name),
  summary(markdown) {
    const file = process.env['GITHUB_STEP_SUMMARY']
    if (file !== undefined && file !== '') appendFileSync(file, `${truncateToBytes(markdown, SUMMARY_LIMIT - 2)}\n\n`)
  },
}

/** Cuts `text` to `limit` bytes of UTF-8, at a line's end where possible, and says that it did. */
export function truncateToBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  const note = '\n\n_Cut here: GitHub shows no more than this. The rest is in the log._'
  const room = Buffer.from(text).subarray(0, limit - Buffer.byteLength(note))
  // A character cut in two decodes as U+FFFD, which goes with the line it stands on.
  const kept = room.toString('utf8')
  const lastLine = kept.lastIndexOf('\n')
  return (lastLine > 0 ? kept.slice(0, lastLine) : kept.replace(/\uFFFD$/, '')) + note
}
