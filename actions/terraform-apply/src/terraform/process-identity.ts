// How to find a process that outlives us, even if we are killed while it starts. The process announces itself before it becomes
// the program: it creates a symbolic link whose target holds its pid and its line of /proc/<pid>/stat. Creating a link succeeds
// for one process only. A reader that finds no link creates it, and then the program does not start any more. So the program
// never runs without being found.
import { readFileSync, readlinkSync, symlinkSync } from 'node:fs'

export interface IdentifiedProcess {
  readonly pid: number
  /** Distinguishes the process from a later one with the same pid; '' where the system has no /proc. */
  readonly identity: string
}

/** Becomes the program once the link is made. `command -p` finds `ln` whatever the PATH is. */
const SCRIPT = `link=$1; shift
[ -r /proc/$$/stat ] && read -r stat </proc/$$/stat
command -p ln -s "$$ $stat" "$link" && exec "$@"`

/** The command line that makes the link and then becomes this program, as the same process. */
export const announcing = (link: string, command: string, args: readonly string[]): readonly [string, string[]] => [
  '/bin/sh',
  ['-c', SCRIPT, 'sh', link, command, ...args],
]

/** The process that made the link; `undefined` when none has, and then the program cannot start any more. */
export function announcedProcess(link: string): IdentifiedProcess | undefined {
  try {
    symlinkSync(NO_PROCESS, link)
    return undefined
  } catch {
    // The link exists.
  }
  const [pid = '', ...stat] = readLink(link).split(' ')
  return pid === NO_PROCESS || pid === '' ? undefined : { pid: Number(pid), identity: startOf(stat.join(' ')) ?? '' }
}

const NO_PROCESS = 'none'

/** The target of the link; '' where the folder itself is gone. */
function readLink(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

/** The identity of a running process; `undefined` once it has ended. */
export function identify(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return startOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    process.kill(pid, 0)
    return ''
  } catch {
    return undefined
  }
}

/** Start time of a process, from its line of proc(5); `undefined` when it has ended, or there is no line. */
function startOf(stat: string): string | undefined {
  // After the name in brackets: the state is field 1, the start time field 20.
  const fields = stat.split(') ').at(-1)?.split(' ') ?? []
  // Where process 1 reaps no orphans, as in a job container, an ended process stays as a zombie.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}
