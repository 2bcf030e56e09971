// A lock of our own that is still there after Terraform has ended. Terraform does not release its lock when the response to its
// request for the lock was lost: it retries, is refused because of its own lock, and takes it for the lock of another. Or when the
// request that releases it fails.
import type { StackState } from '../state/stack.ts'
import { attemptedLocks } from '../terraform/lock-log.ts'
import { LOCK, parseLock, readLock } from './lock.ts'
import { writeHolder } from './lock-holder.ts'

/**
 * Records this run as the holder of a lock that a crashed Terraform has left, and returns its id; `undefined` when there is none.
 * The lock stays, as the state may lack the last changes.
 */
export async function recordLeftoverLock({ world, tf, store }: StackState): Promise<string | undefined> {
  if (store === undefined) return undefined
  try {
    const lock = await readLock(store)
    if (lock === undefined || !attemptedLocks(tf.scratch).has(lock.ID)) return undefined
    await writeHolder(world, store, lock.ID)
    return lock.ID
  } catch (error) {
    world.log.debug(`Could not record the holder of the lock: ${error}`)
    return undefined
  }
}

/** The outcome of `releaseLeftoverLock`: the state has no lock of ours, it was removed, or it may still be there. */
export type LeftoverLock = 'none' | 'removed' | 'left'

/**
 * Removes the lock of a state if our Terraform has acquired it. Call it only after that Terraform has ended. When the lock cannot be
 * removed, this run is recorded as its holder, so that `command: unlock` can remove it later.
 */
export async function releaseLeftoverLock({ world, tf, backend, store }: StackState): Promise<LeftoverLock> {
  const attempted = attemptedLocks(tf.scratch)
  // We do not read locks in a DynamoDB table.
  if (store === undefined || attempted.size === 0 || backend.config['dynamodb_table']) return 'left'
  try {
    const object = await store.get(LOCK)
    const id = object && parseLock(object.text).ID
    if (object === undefined || id === undefined || !attempted.has(id)) return 'none'
    // With its ETag: when a response is lost, the SDK retries, and by then the lock may be that of another run.
    await store.removeIf(LOCK, object.etag).catch(async (error) => {
      await writeHolder(world, store, id)
      throw error
    })
    world.log.info(`Removed lock ${id}, which this run had not released.`)
    return 'removed'
  } catch (error) {
    world.log.debug(`Could not remove the lock: ${error}`)
    return 'left'
  }
}
