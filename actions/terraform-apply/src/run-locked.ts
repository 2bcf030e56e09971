import { type LockedOperation, LockWatch } from './lock-watch.ts'
import { isMissed, retryMissed } from './missed-lock.ts'
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

/** Runs a command that waits for the lock, tells what it says, and notes beside the state that it is ours. */
export const runLocked = (run: Run, command: LockedCommand): Promise<LockedEnd> =>
  retryMissed(
    run.world,
    () => runOnce(run, command),
    ({ cancelled, narrator }) => cancelled === undefined && narrator.errors.some(isMissed),
  )

async function runOnce({ inputs, tf, store, world }: Run, command: LockedCommand): Promise<LockedEnd> {
  const { operation, args, expected, ...telling } = command
  const watch = new LockWatch(store, world, operation)
  const narrator = new Narrator({
    ...telling,
    log: world.log,
    stack: inputs.stack,
    watch,
    expected: (diagnostic) => isMissed(diagnostic) || expected?.(diagnostic) === true,
  })
  const ended = await world.log.group(`${tf.product} ${args[0]}`, () => tf.run(args, narrator))
  return { ...ended, narrator, watch }
}
