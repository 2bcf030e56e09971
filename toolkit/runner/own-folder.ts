import { lstatSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'
import type { Environment } from '../runtime.ts'

/** Where actions make their temporary folders. */
export const temporaryParent = (env: Environment): string => env['RUNNER_TEMP'] || tmpdir()

/**
 * The path of a folder that a main step made by `mkdtemp` with this prefix, for its post step; '' for any other path. A variable
 * `STATE_…` of the job reaches a post step as the state of its main step does, and what post does with a folder must not
 * reach beyond ours: it is removed, and read for what to run.
 */
export function ownFolder(path: string, env: Environment, prefix: string): string {
  const name = basename(path)
  if (!name.startsWith(prefix) || !/^[A-Za-z0-9]{6}$/.test(name.slice(prefix.length))) return ''
  try {
    if (realpathSync(dirname(path)) !== realpathSync(temporaryParent(env))) return ''
    // A link is no directory here. mkdtemp gives no rights to others.
    const stats = lstatSync(path)
    const isPrivate = (stats.mode & 0o077) === 0 && stats.uid === (process.getuid?.() ?? stats.uid)
    return stats.isDirectory() && isPrivate ? path : ''
  } catch {
    // It is gone.
    return ''
  }
}
