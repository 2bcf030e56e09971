import { appendFileSync } from 'node:fs'
import * as core from '@actions/core'
import { errorMessage, SlipwayError } from './errors.ts'
import type { Log } from './log.ts'

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

/** A step that remembers the outputs it could not write. */
export interface RunnerStep extends Step {
  /** What was done, as far as outputs say, and why they are lost; `undefined` when none is. */
  lostOutputs(): string | undefined
}

/**
 * Writes to the files of GitHub's runner. Outside a runner the summary is not written. A disk may be full once the work is done, and
 * its result must still be reported: so a lost output throws nothing here, a lost summary is a warning, and only a state without
 * which nothing may be started throws.
 */
export function openRunnerStep(log: Pick<Log, 'warning'>): RunnerStep {
  const lost = new Map<string, string | undefined>()
  const states = new Map<string, string>()
  let why = ''
  return {
    output(name, value) {
      const text = toText(value)
      if (text === undefined) {
        why = 'a value has too many levels'
        lost.set(name, undefined)
        return
      }
      try {
        core.setOutput(name, text)
      } catch (error) {
        why = errorMessage(error)
        lost.set(name, text)
      }
    },
    saveState(name, value) {
      const before = states.get(name)
      if (before === value) return
      try {
        core.saveState(name, value)
        states.set(name, value)
      } catch (cause) {
        const problem = `The state \`${name}\` for the post step could not be written: ${errorMessage(cause)}`
        // Post knows of nothing yet: what this is the state of must not start.
        if (before === undefined || before === '') throw new SlipwayError(`${problem}.`, { hint: FREE_SPACE, cause })
        log.warning(`${problem}. The post step may repeat what this step has done.`)
      }
    },
    state: (name) => core.getState(name),
    summary(markdown) {
      const file = process.env['GITHUB_STEP_SUMMARY']
      if (file === undefined || file === '') return
      try {
        appendFileSync(file, `${truncateToBytes(markdown, SUMMARY_LIMIT - 2)}\n\n`)
      } catch (error) {
        log.warning(`The job summary could not be written: ${errorMessage(error)}. ${FREE_SPACE}`)
      }
    },
    lostOutputs() {
      if (lost.size === 0) return undefined
      const values = [...lost].map(([name, value]) => `  ${name}: ${shown(value)}`)
      return [
        `The step has ended, and its log has the result. Its outputs could not be written: ${why}.`,
        ...values,
        `Next: ${FREE_SPACE}`,
      ].join('\n')
    },
  }
}

const FREE_SPACE = 'Free disk space on the runner.'
/** Whole or not at all: the runner masks a secret only where all of it is shown. */
const shown = (value: string | undefined): string => {
  if (value === undefined) return '(not shown)'
  return value.length <= LONGEST ? value : `(${value.length} characters)`
}
/** Characters of an output in an error. */
const LONGEST = 200

/** Text as it is, anything else as JSON; `undefined` for what has too many levels for JSON. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
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
