// A lock that our own Terraform leaves behind though it ends by itself. It does so when the answer to its request for the
// lock is lost: it asks again, is refused by its very own lock, and does not know it. And when it cannot release the lock.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Run } from '../state/stack.ts'
import { LOCK, type Lock, readLock, writeHolder } from './lock.ts'

const LOG = 'core.log'

/**
 * Environment by which Terraform writes the ids of the locks that it tries for into a log of ours: a line or so for each
 * resource, and no values. Where somebody keeps a log of their own, that is left alone.
 */
export const lockLogging = (scratch: string, env: Environment): Environment =>
  env['TF_LOG'] || env['TF_LOG_CORE'] || env['TF_LOG_PATH']
    ? {}
    : { TF_LOG_CORE: 'INFO', TF_LOG_PATH: join(scratch, LOG) }

/** The locks that our Terraform tried for; none when it kept no log, or (as OpenTofu's) one that does not say. */
function triedFor(scratch: string): ReadonlySet<string> {
  const file = join(scratch, LOG)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const tries = text.matchAll(/Attempting to lock remote state.*?\block\.id=([\w-]+)/g)
  return new Set([...tries].map(([, id = '']) => id))
}

/** Notes the lock as this run's where our Terraform left it as it crashed, and gives its id. What it did last may be lost. */
export async function noteOwn({ tf, store, world }: Omit<Run, 'inputs'>): Promise<string | undefined> {
  if (store === undefined) return undefined
  try {
    const lock = await readLock(store)
    if (lock === undefined || !triedFor(tf.scratch).has(lock.ID)) return undefined
    await writeHolder(store, lock.ID, world)
    return lock.ID
  } catch (error) {
    world.log.debug(`About the lock: ${error}`)
    return undefined
  }
}

/** What became of a lock of ours: there is none (any more), it was removed, or it stays, as far as can be told. */
export type OwnLock = 'none' | 'removed' | 'left'

/**
 * Removes the lock of a state when it is one that our Terraform tried for. Only once that Terraform has ended: then nobody
 * holds it. One that cannot be removed is noted as this run's, so that `command: unlock` can do it later.
 */
export async function releaseOwn({ tf, backend, store, world }: Omit<Run, 'inputs'>): Promise<OwnLock> {
  const tried = triedFor(tf.scratch)
  // What stands in a DynamoDB table is not looked at.
  if (store === undefined || tried.size === 0 || backend.config['dynamodb_table']) return 'left'
  try {
    const there = await store.look(LOCK)
    const id = there && (JSON.parse(there.text) as Lock).ID
    if (there === undefined || id === undefined || !tried.has(id)) return 'none'
    // Only this very lock: when an answer is lost, S3 is asked again, and by then another run may have its own there.
    await store.removeIf(LOCK, there.etag).catch(async (error) => {
      await writeHolder(store, id, world)
      throw error
    })
    world.log.info(`Removed lock ${id}, which this run had left behind.`)
    return 'removed'
  } catch (error) {
    world.log.debug(`About the lock: ${error}`)
    return 'left'
  }
}
