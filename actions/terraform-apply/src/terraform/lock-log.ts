// Terraform's own log (TF_LOG_CORE), which has the id of every lock that it tries to acquire. Its other output does not.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../../../toolkit/runtime.ts'

const LOG = 'core.log'

/**
 * Environment variables that make Terraform log the lock ids into a file of ours: about one line for each resource, and no values.
 * Empty when the workflow already configures Terraform's log.
 */
export const lockLogVariables = (scratch: string, env: Environment): Environment =>
  env['TF_LOG'] || env['TF_LOG_CORE'] || env['TF_LOG_PATH']
    ? {}
    : { TF_LOG_CORE: 'INFO', TF_LOG_PATH: join(scratch, LOG) }

/** Ids of the locks that our Terraform tried to acquire. Empty when there is no log, or (with OpenTofu) no ids in it. */
export function attemptedLocks(scratch: string): ReadonlySet<string> {
  const file = join(scratch, LOG)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const attempts = text.matchAll(/Attempting to lock remote state.*?\block\.id=([\w-]+)/g)
  return new Set([...attempts].map(([, id = '']) => id))
}
