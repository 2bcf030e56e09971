// What main leaves for post: the Terraform that was running, so that post can wait for it when main was killed.
import { existsSync } from 'node:fs'
import type { Clock } from '../../../../toolkit/clock.ts'
import type { Step } from '../../../../toolkit/step.ts'
import { Tail } from './detached-process.ts'
import { claimedBy, identify } from './process-identity.ts'

/** A Terraform that is about to start, or did. */
export interface Starting {
  readonly command: string
  /** Says which process it became. */
  readonly claim: string
  /** The file that its output goes to. */
  readonly output: string
}

export interface Running extends Starting {
  readonly pid: number
  /** Tells this process from a later one that was given the same number. */
  readonly identity: string
}

const KEY = 'running'

/** Notes a Terraform before it is started: whenever we are killed, post knows where to look. */
export const noteStart = (step: Step, starting: Starting): void => step.saveState(KEY, JSON.stringify(starting))

/** Notes that all is in order: the Terraform has ended, and its state is safe. */
export const noteEnd = (step: Step): void => step.saveState(KEY, '')

/** The Terraform that main did not see to its end, if there is one. One that has not started by now never will. */
export function leftRunning(step: Step): Running | undefined {
  const noted = step.state(KEY)
  if (noted === '') return undefined
  const starting = JSON.parse(noted) as Starting
  const process = claimedBy(starting.claim)
  return process && { ...starting, ...process }
}

/** Waits, however long it takes, and passes on what it says. */
export async function waitFor(running: Running, onLine: (line: string) => void, clock: Clock): Promise<void> {
  const tail = existsSync(running.output) ? new Tail(running.output, onLine) : undefined
  while (identify(running.pid) === running.identity) {
    tail?.read()
    await clock.sleep(250)
  }
  tail?.end()
  tail?.close()
}
