import { lstatSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname } from 'node:path'
import type { Environment, World } from '../runtime.ts'

/** Where actions make their temporary folders. */
export const temporaryParent = (env: Environment): string => env['RUNNER_TEMP'] || tmpdir()

/**
 * The path of a folder that a main step made by `mkdtemp` with this prefix, for its post step; '' for any other path. A variable
 * `STATE_…` of the job reaches a post step as the state of its main step does, and what post does with a folder must not
 * reach beyond ours: it is removed, and read for what to run. A folder with another mode or owner is '' too, with a
 * warning that says what post leaves undone.
 */
export function ownFolder(
  path: string,
  { env, log }: Pick<World, 'env' | 'log'>,
  { prefix, undone }: { readonly prefix: string; readonly undone: string },
): string {
  const name = basename(path)
  if (!name.startsWith(prefix) || !/^[A-Za-z0-9]{6}$/.test(name.slice(prefix.length))) return ''
  try {
    if (realpathSync(dirname(path)) !== realpathSync(temporaryParent(env))) return ''
    // A link is no directory here.
    const stats = lstatSync(path)
    if (!stats.isDirectory()) return ''
    const wrong = accessOfOthers(stats)
    if (wrong === '') return path
    log.warning(
      `The post step ${undone}: its folder \`${path}\` ${wrong}, so other users may have access to it. If the volume forces this, as SMB and EFS can, put the runner's work folder on another one.`,
    )
    return ''
  } catch {
    // It is gone.
    return ''
  }
}

/** mkdtemp gives no rights to others; some volumes do. */
function accessOfOthers({ mode, uid }: { readonly mode: number; readonly uid: number }): string {
  const user = process.getuid?.() ?? uid
  return [
    ...((mode & 0o077) === 0 ? [] : [`has mode 0${(mode & 0o777).toString(8)} instead of 0700`]),
    ...(uid === user ? [] : [`belongs to user ${uid} instead of ${user}`]),
  ].join(' and ')
}
