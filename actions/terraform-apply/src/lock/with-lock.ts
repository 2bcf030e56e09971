import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { StateStore } from '../state/state-store.ts'
import { LOCK, parseLock, readLock } from './lock.ts'
import { describeHolder, readHolder, writeHolder } from './lock-holder.ts'

/** Acquires Terraform's own lock in S3, runs a task, and releases the lock. @throws SlipwayError when the state is locked. */
export async function withLock(world: World, store: StateStore, task: () => Promise<void>): Promise<void> {
  const id = await acquireLock(world, store)
  try {
    // The lock works without it, and some roles may not write this object.
    await writeHolder(world, store, id).catch((error) =>
      world.log.debug(`Could not record the holder of the lock: ${error}`),
    )
    await task()
  } catch (error) {
    // The error of the task is the one to fix first.
    await releaseLock(store, id).catch((second) => world.log.warning(describeError(second)))
    throw error
  }
  await releaseLock(store, id)
}

async function acquireLock(world: World, store: StateStore): Promise<string> {
  const ID = randomUUID()
  const Created = new Date(world.clock.now()).toISOString()
  const Who = `${userInfo().username}@${hostname()}`
  const Path = `${store.bucket}/${store.key}`
  const lock = { ID, Operation: 'migrate-state', Info: '', Who, Version: '', Created, Path }
  if (await store.create(LOCK, JSON.stringify(lock))) return ID
  const other = await readLock(store)
  const holder = other && (await readHolder(store, other.ID))
  const who = other === undefined ? 'another process' : describeHolder(other, holder, world.clock.now())
  throw new SlipwayError(`${store.address()} is locked: ${who}.`, {
    hint: 'Nothing was changed. Run the step again once the lock is released.',
  })
}

async function releaseLock(store: StateStore, id: string): Promise<void> {
  try {
    const object = await store.get(LOCK)
    if (object !== undefined && parseLock(object.text).ID === id) await store.removeIf(LOCK, object.etag)
  } catch (cause) {
    throw new SlipwayError(`Lock ${id} of ${store.address()} could not be removed.`, {
      hint: `Check that the role may read and delete ${store.address(LOCK)}. Once this run is over, run \`terraform force-unlock ${id}\`.`,
      cause,
    })
  }
}
