// The Terraform process that main started, saved for post: post waits for it when main was killed.

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../../../../toolkit/clock.ts'
import type { Step } from '../../../../toolkit/step.ts'
import { announcedProcess, type IdentifiedProcess, identify } from './process-identity.ts'
import { Tail } from './tail.ts'

/** A Terraform that is about to start, or has started. */
export interface StartedCommand {
  /** For people: `Terraform apply`. */
  readonly command: string
  /** The link by which the process announces itself. */
  readonly link: string
  /** The file that its output goes to. */
  readonly output: string
}

export type RunningCommand = StartedCommand & IdentifiedProcess

/** The key of the command in the state. */
export const RUNNING_STATE = 'running'

/** Saves a command before it is started, so that post finds it whenever we are killed. */
export const saveStart = (step: Step, command: StartedCommand): void =>
  step.saveState(RUNNING_STATE, JSON.stringify(command))

/** Saves that post has nothing to do: Terraform has ended, and its state is safe. */
export const saveEnd = (step: Step): void => step.saveState(RUNNING_STATE, '')

/**
 * The command whose end main did not see; `undefined` when there is none, or its files are not in `scratch`, our folder. One that has
 * not started by now cannot start any more.
 */
export function leftRunning(step: Step, scratch: string): RunningCommand | undefined {
  const saved = step.state(RUNNING_STATE)
  if (saved === '') return undefined
  const command = JSON.parse(saved) as StartedCommand
  if ([command.link, command.output].some((path) => dirname(path) !== scratch)) return undefined
  const process = announcedProcess(command.link)
  return process && { ...command, ...process }
}

/** Waits for the end of a command without a time limit, and passes on each line of its output. */
export async function waitFor(command: RunningCommand, onLine: (line: string) => void, clock: Clock): Promise<void> {
  const tail = existsSync(command.output) ? new Tail(command.output, onLine) : undefined
  while (identify(command.pid) === command.identity) {
    tail?.read()
    await clock.sleep(250)
  }
  tail?.end()
  tail?.close()
}
