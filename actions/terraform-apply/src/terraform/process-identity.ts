// How a program that outlives us says which process it is, whenever we are killed: it claims its start itself, before it is
// the program. The claim is a symbolic link, made by one call that succeeds for one process only, with all it says in it.
// Whoever finds no claim makes it in the program's stead, and the program does not start any more. So there is no moment
// at which it runs and cannot be found.
import { readFileSync, readlinkSync, symlinkSync } from 'node:fs'

export interface ClaimingProcess {
  readonly pid: number
  /** Tells this process from a later one that was given the same number; '' where the system does not say. */
  readonly identity: string
}

/** What becomes the program once it has claimed its start. `command -p` finds `ln` whatever the PATH is. */
const SCRIPT = `claim=$1; shift
[ -r /proc/$$/stat ] && read -r stat </proc/$$/stat
command -p ln -s "$$ $stat" "$claim" && exec "$@"`

/** The command line that claims a start and then is this program, as the same process. */
export const claiming = (claim: string, command: string, args: readonly string[]): readonly [string, string[]] => [
  '/bin/sh',
  ['-c', SCRIPT, 'sh', claim, command, ...args],
]

/** Which process has claimed its start; `undefined` when none has, and then none can any more. */
export function claimedBy(claim: string): ClaimingProcess | undefined {
  try {
    symlinkSync(NOBODY, claim)
    return undefined
  } catch {
    // It is there.
  }
  const [pid = '', ...stat] = readClaim(claim).split(' ')
  return pid === NOBODY || pid === '' ? undefined : { pid: Number(pid), identity: startOf(stat.join(' ')) ?? '' }
}

const NOBODY = 'nobody'

/** '' where the folder itself is gone. */
function readClaim(claim: string): string {
  try {
    return readlinkSync(claim)
  } catch {
    return ''
  }
}

/** What tells a running process from any other; `undefined` once it has ended. */
export function identify(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return startOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    process.kill(pid, 0)
    return ''
  } catch {
    return undefined
  }
}

/** When a process was started, by its line of proc(5); `undefined` for one that has ended, or without a line. */
function startOf(stat: string): string | undefined {
  // After the name in brackets: the state first, the time it was started twentieth.
  const fields = stat.split(') ').at(-1)?.split(' ') ?? []
  // Where process 1 reaps no orphans, as in a job container, an ended one stays as a zombie.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}
