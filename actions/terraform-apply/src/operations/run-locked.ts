import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import { recordLeftoverLock, releaseLeftoverLock } from '../lock/leftover-lock.ts'
import { isLockTrouble, isMissed, isNotLocked, isNotReleased } from '../lock/lock-diagnostics.ts'
import { lockError, notReleased } from '../lock/lock-error.ts'
import { retryMissedLock } from '../lock/lock-retry.ts'
import { type LockedOperation, LockWatch } from '../lock/lock-watch.ts'
import { erroredState, writePrintedState } from '../state/errored-file.ts'
import type { Stack } from '../state/stack.ts'
import { EventLogger, type EventLoggerOptions } from '../terraform/event-logger.ts'
import { saveEnd } from '../terraform/left-running.ts'
import type { Ended } from '../terraform/terraform.ts'

/** A command that holds the lock of the state while it works. */
export interface LockedCommand extends Pick<EventLoggerOptions, 'phrase' | 'scrub' | 'expected' | 'hold'> {
  readonly operation: LockedOperation
  readonly args: readonly string[]
}

export interface LockedEnd extends Ended {
  readonly logger: EventLogger
  readonly watch: LockWatch
  /** Set when the command failed because of the lock alone, or because Terraform crashed. */
  readonly lockError: SlipwayError | undefined
}

interface Attempt extends Omit<LockedEnd, 'lockError'> {
  readonly missed: boolean
}

/**
 * Runs a command that waits for the lock, logs its output, and records this run as the holder of the lock. Removes the lock if the
 * command does not release it, and repeats the command if it missed the lock.
 */
export async function runLocked(stack: Stack, command: LockedCommand): Promise<LockedEnd> {
  const ended = await retryMissedLock(
    stack.world,
    () => runOnce(stack, command),
    ({ missed, cancelled }) => missed && cancelled === undefined,
  )
  const { code, logger } = ended
  if (crashed(ended)) return { ...ended, lockError: await crashError(stack, code, command) }
  return { ...ended, lockError: code === 0 ? undefined : await lockError(stack, logger.errors) }
}

/** Terraform itself exits with 1 or 2 and prints why. A panic exits with 11. */
const crashed = ({ code, cancelled, logger }: LockedEnd | Attempt): boolean =>
  code > 2 && cancelled === undefined && logger.errors.length === 0

async function crashError(stack: Stack, code: number, { args }: LockedCommand): Promise<SlipwayError> {
  const lock = await recordLeftoverLock(stack)
  const left =
    lock === undefined
      ? ''
      : ` It did not release lock ${lock}: then run this action with \`command: unlock\` and \`lock-id: ${lock}\`.`
  return new SlipwayError(`\`${stack.tf.product} ${args[0]}\` was killed or crashed (exit code ${code}).`, {
    hint: `See the log for the reason; a runner that runs out of memory is one. The state may lack the last changes: check a plan before you apply anything.${left}`,
  })
}

async function runOnce(stack: Stack, command: LockedCommand): Promise<Attempt> {
  const { world, inputs, tf, store } = stack
  const { operation, args, expected, ...logging } = command
  const watch = new LockWatch(world, store, operation)
  const logger = new EventLogger({
    ...logging,
    log: world.log,
    rootModule: inputs.rootModule,
    watch,
    // If the lock stays a problem, `lockError` says so with a hint.
    expected: (diagnostic) => isLockTrouble(diagnostic) || expected?.(diagnostic) === true,
  })
  const { code, cancelled } = await world.log.group(`${tf.product} ${args[0]}`, () => tf.run(args, logger))
  writePrintedState(logger, tf)
  const { errors } = logger
  const ended = { code, cancelled, logger, watch, missed: errors.some(isMissed) }
  if (!errors.some(isLockTrouble)) {
    saveEndOf(stack)
    return ended
  }
  await watch.settle()
  const lock = await releaseLeftoverLock(stack)
  saveEndOf(stack)
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

/** Post has nothing to do, unless a state is not saved yet. */
function saveEndOf({ world, tf }: Stack): void {
  if (erroredState(tf) === undefined) saveEnd(world.step)
}
