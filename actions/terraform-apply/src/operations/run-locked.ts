import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import { noteOwn, releaseOwn } from '../lock/leftover-lock.ts'
import { isNotLocked, isNotReleased, lockError, notReleased } from '../lock/lock-error.ts'
import { isLockTrouble, isMissed, retryMissed } from '../lock/lock-retry.ts'
import { type LockedOperation, LockWatch } from '../lock/lock-watch.ts'
import type { Run } from '../state/stack.ts'
import { Narrator, type NarratorOptions } from '../terraform/event-logger.ts'
import { noteEnd } from '../terraform/left-running.ts'
import type { Ended } from '../terraform/terraform.ts'
import { erroredState, keepDumped } from './rescue-state.ts'

/** A command that holds the state's lock while it works. */
export interface LockedCommand extends Pick<NarratorOptions, 'phrase' | 'scrub' | 'expected' | 'hold'> {
  readonly operation: LockedOperation
  readonly args: readonly string[]
}

export interface LockedEnd extends Ended {
  readonly narrator: Narrator
  readonly watch: LockWatch
  /** Set when the lock alone was the trouble, or Terraform crashed. */
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
  if (crashed(ended)) return { ...ended, lockError: await crashError(code, command, run) }
  return { ...ended, lockError: code === 0 ? undefined : await lockError(narrator.errors, run) }
}

/** Terraform ends with 1 or 2 by itself, and says why; with 11 when it panics. */
const crashed = ({ code, cancelled, narrator }: LockedEnd | LockedOnce): boolean =>
  code > 2 && cancelled === undefined && narrator.errors.length === 0

async function crashError(code: number, { args }: LockedCommand, run: Run): Promise<SlipwayError> {
  const lock = await noteOwn(run)
  const left =
    lock === undefined
      ? ''
      : ` It left lock ${lock}: then run this action with \`command: unlock\` and \`lock-id: ${lock}\`.`
  return new SlipwayError(`\`${run.tf.product} ${args[0]}\` was killed or crashed (exit code ${code}).`, {
    hint: `The log may say why; a runner without memory left is one reason. The state may lack what was done last: look at a plan before anything is applied.${left}`,
  })
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
    expected: (said) => isLockTrouble(said) || expected?.(said) === true,
  })
  const { code, cancelled } = await world.log.group(`${tf.product} ${args[0]}`, () => tf.run(args, narrator))
  keepDumped(narrator, tf)
  const { errors } = narrator
  const ended = { code, cancelled, narrator, watch, missed: errors.some(isMissed) }
  if (!errors.some(isLockTrouble)) {
    noteEndOf(run)
    return ended
  }
  await watch.settle()
  const lock = await releaseOwn(run)
  noteEndOf(run)
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

/** All is in order, but for a state that is not safe yet. */
function noteEndOf({ tf, world }: Run): void {
  if (erroredState(tf) === undefined) noteEnd(world.step)
}
