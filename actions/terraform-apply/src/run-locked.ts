import { isLetGo } from './lock-error.ts'
import { type LockedOperation, LockWatch } from './lock-watch.ts'
import { Narrator, type NarratorOptions } from './narrator.ts'
import type { Run } from './run.ts'
import type { Ended } from './terraform.ts'

/** A command that holds the state's lock while it works. */
export interface LockedCommand extends Pick<NarratorOptions, 'phrase' | 'scrub' | 'expected'> {
  readonly operation: LockedOperation
  readonly args: readonly string[]
}

export interface LockedEnd extends Ended {
  readonly narrator: Narrator
  readonly watch: LockWatch
}

/** How often the lock is tried for when it is let go at the wrong moment. */
const TRIES = 5
const PAUSE_MS = 400

/**
 * Runs a command of Terraform's, which waits for the lock by itself. Only it gives up at once, whatever its `-lock-timeout`,
 * when the lock is held as it tries for it and gone as it looks by whom: then it is run again.
 */
export async function runLocked(run: Run, command: LockedCommand): Promise<LockedEnd> {
  const { clock, log, signal } = run.world
  for (let tries = 1; ; tries++) {
    const ended = await runOnce(run, command)
    if (ended.cancelled !== undefined || tries === TRIES || !ended.narrator.errors.some(isLetGo)) return ended
    await ended.watch.settle()
    log.info(`The lock was let go just as ${run.tf.product} looked who held it; trying again.`)
    await clock.sleep(PAUSE_MS * (0.5 + Math.random()), signal)
  }
}

async function runOnce({ inputs, tf, store, world }: Run, command: LockedCommand): Promise<LockedEnd> {
  const { operation, args, expected, ...said } = command
  const watch = new LockWatch(store, world, operation)
  const narrator = new Narrator({
    ...said,
    log: world.log,
    stack: inputs.stack,
    watch,
    expected: (diagnostic) => isLetGo(diagnostic) || expected?.(diagnostic) === true,
  })
  const ended = await world.log.group(`${tf.product} ${args[0]}`, () => tf.run(args, narrator))
  return { ...ended, narrator, watch }
}
