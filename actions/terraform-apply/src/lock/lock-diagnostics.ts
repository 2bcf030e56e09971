// Terraform's diagnostics about the lock of a state.
import type { Diagnostic } from '../terraform/json-events.ts'
import type { Lock } from './lock.ts'

/** The lock was not acquired. Nothing was changed. */
export const isNotLocked = ({ summary }: Diagnostic): boolean => /acquiring the state lock/i.test(summary)

/** The command did its work, and then could not release the lock. */
export const isNotReleased = ({ summary }: Diagnostic): boolean => /releasing the state lock/i.test(summary)

/** Any diagnostic about a lock, which may be a lock of our own. */
export const isLockTrouble = (error: Diagnostic): boolean =>
  isNotLocked(error) || isNotReleased(error) || isMissed(error)

/** Terraform gave up at once, though another run held the lock for a moment only. */
export const isMissed = (error: Diagnostic): boolean =>
  isReleasedSince(error) || isWorkspaceLock(`${error.summary} ${error.detail ?? ''}`)

/**
 * The lock was held when Terraform tried to acquire it, and released before it read who held it: then Terraform names no holder, and
 * does not wait. (`LockWithContext` in its internal/states/statemgr/locker.go.) S3 and DynamoDB have different error codes for it.
 */
const isReleasedSince = (error: Diagnostic): boolean =>
  isNotLocked(error) &&
  /PreconditionFailed|ConditionalRequestConflict|ConditionalCheckFailed/.test(error.detail ?? '') &&
  lockIn(error.detail ?? '') === undefined

/**
 * Another run holds the lock of a new workspace whose state it is creating. Terraform creates an empty state there under the lock;
 * it neither waits for that lock, nor goes on when it cannot release it. (`StateMgr` in its
 * internal/backend/remote-state/s3/backend_state.go.)
 */
export const isWorkspaceLock = (text: string): boolean => /failed to lock s3 state|error unlocking s3 state/i.test(text)

/** The lock that a diagnostic's detail describes; `undefined` when it describes none. */
export function lockIn(detail: string): Lock | undefined {
  const read = (name: string) => new RegExp(`^\\s*${name}:\\s*(.*?)\\s*$`, 'm').exec(detail)?.[1] ?? ''
  const ID = read('ID')
  if (ID === '') return undefined
  const created = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d* \+0000/.exec(read('Created'))
  return {
    ID,
    Operation: read('Operation'),
    Who: read('Who'),
    Created: created === null ? '' : `${created[1]}T${created[2]}Z`,
  }
}
