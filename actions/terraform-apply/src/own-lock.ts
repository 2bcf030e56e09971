// A lock that our own Terraform leaves behind though it ends by itself. It does so when the answer to its request for the
// lock is lost: it asks again, is refused by its very own lock, and does not know it. And when it cannot release the lock.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, World } from '../../../toolkit/runtime.ts'
import { LOCK, readLock, writeHolder } from './lock.ts'
import type { StateStore } from './state-store.ts'
import type { Terraform } from './terraform.ts'

const LOG = 'core.log'

/**
 * Environment by which Terraform writes the ids of the locks that it tries for into a log of ours: a line or so for each
 * resource, and no values. Where somebody keeps a log of their own, that is left alone.
 */
export const lockLogging = (scratch: string, env: Environment): Environment =>
  env['TF_LOG'] || env['TF_LOG_CORE'] || env['TF_LOG_PATH']
    ? {}
    : { TF_LOG_CORE: 'INFO', TF_LOG_PATH: join(scratch, LOG) }

/** The locks that our Terraform tried for; `undefined` when it kept no log. */
function triedFor(scratch: string): ReadonlySet<string> | undefined {
  const file = join(scratch, LOG)
  if (!existsSync(file)) return undefined
  const tries = readFileSync(file, 'utf8').matchAll(/Attempting to lock remote state.*?\block\.id=([\w-]+)/g)
  return new Set([...tries].map(([, id = '']) => id))
}

/** What became of a lock of ours: there is none (any more), it was removed, or it stays, as far as can be told. */
export type OwnLock = 'none' | 'removed' | 'left'

/**
 * Removes the lock of a state when it is one that our Terraform tried for. Only once that Terraform has ended: then nobody
 * holds it. One that cannot be removed is noted as this run's, so that `command: unlock` can do it later.
 */
export async function releaseOwn(
  { scratch }: Pick<Terraform, 'scratch'>,
  store: StateStore | undefined,
  world: World,
): Promise<OwnLock> {
  if (store === undefined) return 'left'
  try {
    const lock = await readLock(store)
    if (lock === undefined) return 'none'
    const tried = triedFor(scratch)
    if (tried === undefined) return 'left'
    if (!tried.has(lock.ID)) return 'none'
    await store.remove(LOCK).catch(async (error) => {
      await writeHolder(store, lock.ID, world)
      throw error
    })
    world.log.info(`Removed lock ${lock.ID}, which this run had left behind.`)
    return 'removed'
  } catch (error) {
    world.log.debug(`About the lock: ${error}`)
    return 'left'
  }
}
