import { describeError, type SlipwayError } from '../../../toolkit/errors.ts'
import { isNotLocked, isNotReleased, lockError, notReleased } from './lock-error.ts'
import { type LockedOperation, LockWatch } from './lock-watch.ts'
import { isMissed, retryMissed } from './missed-lock.ts'
import { Narrator, type NarratorOptions } from './narrator.ts'
import { releaseOwn } from './own-lock.ts'
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
  /** Set when the lock alone was the trouble. */
  readonly lockError: SlipwayError | undefined
}

interface LockedOnce extends Omit<LockedEnd, 'lockError'> {
  readonly missed: boolean
}

/**
 * Runs a command that waits for the lock, tells what it says, and notes beside the state that the lock is ours. A lock that it
 * leaves behind is removed, and one that it missed is tried for again.
 */
export async function runLocked(run: Run, command: LockedCommand): Promise<LockedEnd> {
  const ended = await retryMissed(
    run.world,
    () => runOnce(run, command),
    ({ missed, cancelled }) => missed && cancelled === undefined,
  )
  const { code, narrator } = ended
  return { ...ended, lockError: code === 0 ? undefined : await lockError(narrator.errors, run) }
}

async function runOnce(run: Run, command: LockedCommand): Promise<LockedOnce> {
  const { inputs, tf, store, world } = run
  const { operation, args, expected, ...telling } = command
  const watch = new LockWatch(store, world, operation)
  const narrator = new Narrator({
    ...telling,
    log: world.log,
    stack: inputs.stack,
    watch,
    // What is not mended is told by `lockError`, and better.
    expected: (said) => isNotLocked(said) || isMissed(said) || isNotReleased(said) || expected?.(said) === true,
  })
  const { code, cancelled } = await world.log.group(`${tf.product} ${args[0]}`, () => tf.run(args, narrator))
  const { errors } = narrator
  const ended = { code, cancelled, narrator, watch, missed: errors.some(isMissed) }
  if (!errors.some((error) => isNotLocked(error) || isNotReleased(error))) return ended
  await watch.settle()
  const lock = await releaseOwn(tf, store, world)
  const didItsWork = errors.every(isNotReleased)
  if (lock === 'left' && !didItsWork && errors.some(isNotReleased)) {
    world.log.warning(describeError(notReleased(tf, errors)))
  }
  return {
    ...ended,
    code: lock !== 'left' && didItsWork ? 0 : code,
    missed: ended.missed || (lock === 'removed' && errors.some(isNotLocked)),
  }
}
