// A lock that Terraform gives up at once, whatever its -lock-timeout, though others hold it for a moment only.
import type { World } from '../../../../toolkit/runtime.ts'
import type { Diagnostic } from '../terraform/json-events.ts'
import { isNotLocked, isNotReleased, lockIn } from './lock-error.ts'

const TRIES = 5
const PAUSE_MS = 400

/** Does a task again, up to five times in all, while what came of it says that it missed the lock. Nothing was changed then. */
export async function retryMissed<T>(world: World, task: () => Promise<T>, missed: (ended: T) => boolean): Promise<T> {
  const { clock, log, signal } = world
  for (let tries = 1; ; tries++) {
    const ended = await task()
    if (tries === TRIES || !missed(ended)) return ended
    log.info('The lock should be free by now; trying again.')
    await clock.sleep(PAUSE_MS * (0.5 + Math.random()), signal)
  }
}

/** Whether Terraform says anything of the lock that may concern one of our own. */
export const isLockTrouble = (error: Diagnostic): boolean =>
  isNotLocked(error) || isNotReleased(error) || isMissed(error)

/** Whether the lock was missed for one of the two reasons below. */
export const isMissed = (error: Diagnostic): boolean =>
  isLetGo(error) || isBeingMade(`${error.summary} ${error.detail ?? ''}`)

/**
 * Whether the lock was held when Terraform tried for it, and gone when it looked by whom: then it names none, and does not
 * wait. (`LockWithContext` in its internal/states/statemgr/locker.go.) S3 and DynamoDB word the first differently.
 */
const isLetGo = (error: Diagnostic): boolean =>
  isNotLocked(error) &&
  /PreconditionFailed|ConditionalRequestConflict|ConditionalCheckFailed/.test(error.detail ?? '') &&
  lockIn(error.detail ?? '') === undefined

/**
 * Whether another run is making the state of a new workspace, or was first to lock it: Terraform makes an empty one, under the
 * lock, and neither waits for that nor goes on when it cannot release it. (`StateMgr` in its internal/backend/remote-state/s3/backend_state.go.)
 */
export const isBeingMade = (said: string): boolean => /failed to lock s3 state|error unlocking s3 state/i.test(said)
