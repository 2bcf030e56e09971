// Sends a cancelled apply its one SIGINT, and not in the midst of something. On it Terraform saves, stops its providers and
// unlocks; and the AWS provider (5.100, measured) gives up the requests that are under way, whatever AWS makes of them, so that
// the state does not know. Nor does a short pause between two operations help: Terraform saves the state first, and begins the
// next one meanwhile. So the apply goes on until nothing was created or changed for a while; most come to their end before.
// In a process of its own, as the runner kills ours ten seconds after the cancel, and the post step may come late.
import { spawn } from 'node:child_process'
import type { Clock } from '../../../../toolkit/clock.ts'
import { Tail } from './detached-process.ts'
import { InFlight } from './in-flight.ts'
import { parseEvent } from './json-events.ts'
import { claimedBy, identify } from './process-identity.ts'

/** Which Terraform to interrupt. */
export interface Order {
  readonly claim: string
  /** The file that its output goes to. */
  readonly output: string
  /** How long it may go on creating and changing before, in milliseconds. */
  readonly patienceMs: number
}

/** The variable that says in which phase our program runs, and the phase in which it is the interrupter. */
const PHASE = 'SLIPWAY_PHASE'
const INTERRUPT = 'interrupt'

const LOOK_MS = 50
/** Longer than it takes to save a state of some megabytes. */
const QUIET_MS = 1_000

/** Starts the process that interrupts Terraform when it may. `cannot` is called when that does not start, or breaks down. */
export function orderInterrupt(order: Order, cannot: () => void): void {
  try {
    const child = spawn(process.execPath, [`${process.argv[1]}`, JSON.stringify(order)], {
      env: { ...process.env, [PHASE]: INTERRUPT },
      detached: true,
      stdio: 'ignore',
    })
    child.once('error', cannot)
    child.once('exit', (code) => {
      if (code !== 0) cannot()
    })
    child.unref()
  } catch {
    cannot()
  }
}

/** The order that this process was started with; `undefined` for a step of the runner's. */
export const interruptOrder = (): Order | undefined =>
  process.env[PHASE] === INTERRUPT ? (JSON.parse(`${process.argv[2]}`) as Order) : undefined

/** Interrupts a Terraform once nothing is being created or changed, or patience has run out; unless it ends before. */
export async function interrupt({ claim, output, patienceMs }: Order, clock: Clock): Promise<void> {
  const running = claimedBy(claim)
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
      const isQuiet = inFlight.addresses.length === 0 && now >= inFlight.heardAt + QUIET_MS
      if (isQuiet || now >= latest) {
        process.kill(running.pid, 'SIGINT')
        return
      }
      await clock.sleep(LOOK_MS)
    }
  } finally {
    tail.close()
  }
}
