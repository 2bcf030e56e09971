// Sends a cancelled apply its one SIGINT, at a moment when no resource is being created or changed. On SIGINT Terraform saves its
// state, stops its providers and releases the lock. But the AWS provider (5.100, measured) aborts the requests that are in
// progress, whatever AWS does with them, so the state does not have their results. A short pause between two operations does not
// mean that nothing is in progress either: Terraform saves the state first, and starts the next operation at the same time. So the
// apply goes on until nothing was created or changed for a while; most applies end before that.
// It is a process of its own: the runner kills ours ten seconds after a cancel, and the post step may start late.

import { spawn } from 'node:child_process'
import type { Clock } from '../../../../toolkit/clock.ts'
import { InFlight } from './in-flight.ts'
import { parseEvent } from './json-events.ts'
import { announcedProcess, identify } from './process-identity.ts'
import { Tail } from './tail.ts'

/** Which Terraform to interrupt. */
export interface InterruptOrder {
  /** The link by which it announced itself. */
  readonly link: string
  /** The file that its output goes to. */
  readonly output: string
  /** How long it may go on creating and changing resources, in milliseconds. */
  readonly patienceMs: number
}

/** The argument that makes our program the interrupter. The order is the next one. */
const INTERRUPT = 'interrupt'

const POLL_MS = 50
/** Longer than it takes to save a state of some megabytes. */
const QUIET_MS = 1_000

/** Starts the interrupter as a process of its own. Calls `onFailure` when it does not start, or fails. */
export function startInterrupter(order: InterruptOrder, onFailure: () => void): void {
  try {
    const child = spawn(process.execPath, [`${process.argv[1]}`, INTERRUPT, JSON.stringify(order)], {
      detached: true,
      stdio: 'ignore',
    })
    child.once('error', onFailure)
    child.once('exit', (code) => {
      if (code !== 0) onFailure()
    })
    child.unref()
  } catch {
    onFailure()
  }
}

/** The order that this process was started with; `undefined` in a step of the runner. */
export const interruptOrder = (): InterruptOrder | undefined =>
  process.argv[2] === INTERRUPT ? (JSON.parse(`${process.argv[3]}`) as InterruptOrder) : undefined

/**
 * Interrupts a Terraform once nothing is being created or changed, or when `patienceMs` is over. Returns when that is done, or
 * Terraform has ended.
 */
export async function interrupt({ link, output, patienceMs }: InterruptOrder, clock: Clock): Promise<void> {
  const running = announcedProcess(link)
  if (running === undefined) return
  const latest = clock.now() + patienceMs
  const inFlight = new InFlight()
  const tail = new Tail(output, (line) => {
    const event = parseEvent(line)
    if (event !== undefined) inFlight.see(event)
  })
  try {
    while (identify(running.pid) === running.identity) {
      tail.read()
      const now = clock.now()
      const isQuiet = inFlight.addresses.length === 0 && now >= inFlight.lastEventAt + QUIET_MS
      if (isQuiet || now >= latest) {
        process.kill(running.pid, 'SIGINT')
        return
      }
      await clock.sleep(POLL_MS)
    }
  } finally {
    tail.close()
  }
}
