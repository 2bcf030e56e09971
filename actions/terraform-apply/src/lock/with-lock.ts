// Terraform's own lock in S3, taken by us.
import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { StateStore } from '../state/state-store.ts'
import { describeHolder, LOCK, type Lock, readHolder, readLock, writeHolder } from './lock.ts'

/** Does something while it holds Terraform's lock, which it releases whatever happens. */
export async function withLock(store: StateStore, world: World, task: () => Promise<void>): Promise<void> {
  const id = await takeLock(store, world)
  try {
    // The lock works without, and there are roles that may not write this.
    await writeHolder(store, id, world).catch((error) => world.log.debug(`About the lock: ${error}`))
    await task()
  } catch (error) {
    // What went wrong first is what there is to mend.
    await releaseLock(store, id).catch((also) => world.log.warning(describeError(also)))
    throw error
  }
  await releaseLock(store, id)
}

async function takeLock(store: StateStore, world: World): Promise<string> {
  const ID = randomUUID()
  const Created = new Date(world.clock.now()).toISOString()
  const Who = `${userInfo().username}@${hostname()}`
  const Path = `${store.bucket}/${store.key}`
  const lock = { ID, Operation: 'migrate-state', Info: '', Who, Version: '', Created, Path }
  if (await store.create(LOCK, JSON.stringify(lock))) return ID
  const theirs = await readLock(store)
  const holder = theirs && (await readHolder(store, theirs.ID))
  const who = theirs === undefined ? 'somebody else' : describeHolder(theirs, holder, world.clock.now())
  throw new SlipwayError(`${store.address()} is locked: ${who}.`, { hint: 'Nothing was changed. Run again later.' })
}

async function releaseLock(store: StateStore, id: string): Promise<void> {
  try {
    const there = await store.look(LOCK)
    if (there !== undefined && (JSON.parse(there.text) as Lock).ID === id) await store.removeIf(LOCK, there.etag)
  } catch (cause) {
    throw new SlipwayError(`Lock ${id} of ${store.address()} could not be removed.`, {
      hint: `Check that the role may read and delete ${store.address(LOCK)}. Once this run is over, run \`terraform force-unlock ${id}\`.`,
      cause,
    })
  }
}
