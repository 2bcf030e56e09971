// Finds and ends the processes of a test run. Children inherit an environment variable, by which they are found even
// when they have their own session and their parent has ended. So are their children, which may have an
// environment without it. Without /proc, as on macOS, only the given children and their children are found.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** The variable. Its value names the run. */
export const RUN_VARIABLE = 'SLIPWAY_TEST_RUN'

interface Process {
  readonly pid: number
  readonly parent: number
  /** Start time, in any unit. It distinguishes processes that had the same pid. */
  readonly started: string
  readonly marked: boolean
  readonly command: string
}

const LOOK_AGAIN_MS = 50
/** Time to wait after SIGKILL, which takes effect late while a process is in a system call. */
const KILLED_MS = 30_000

/**
 * Sends SIGTERM to all processes of a run, and SIGKILL to those that are still there after `graceMs`. Resolves when none is
 * left, with the commands of those that were. `children` are of the run, too, whatever their environment says.
 */
export async function endProcesses(
  run: string,
  graceMs: number,
  children: readonly number[] = [],
): Promise<readonly string[]> {
  const known = new Map<number, Process>()
  let deadline: number | undefined
  for (;;) {
    const left = family(run, known, children)
    // Counts from the first signal: finding the processes takes long on a busy machine.
    deadline ??= Date.now() + graceMs
    const late = Date.now() - deadline
    if (left.length === 0 || late > KILLED_MS) return [...known.values()].map(({ command }) => command)
    for (const process of left) {
      if (late > 0) send(process, 'SIGKILL')
      else if (!known.has(process.pid)) send(process, 'SIGTERM')
      known.set(process.pid, process)
    }
    await delay(LOOK_AGAIN_MS)
  }
}

/** Processes of the run that still run: those with its variable, those known before, and the children of both. */
function family(run: string, known: ReadonlyMap<number, Process>, children: readonly number[]): readonly Process[] {
  const all = processes(run).filter(({ pid }) => pid !== process.pid)
  const isOurs = ({ pid, parent, started, marked }: Process) =>
    marked || known.get(pid)?.started === started || (parent === process.pid && children.includes(pid))
  const found = new Set(all.filter(isOurs))
  let before = -1
  while (found.size > before) {
    before = found.size
    const parents = new Set([...found].map(({ pid }) => pid))
    for (const one of all) if (parents.has(one.parent)) found.add(one)
  }
  return [...found]
}

function send({ pid }: Process, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself since it was found.
  }
}

function processes(run: string): readonly Process[] {
  return existsSync('/proc/self/environ') ? byProc(run) : byPs()
}

function byProc(run: string): readonly Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The command is in parentheses, and may contain parentheses.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z') return [] // It has ended; its parent has not asked how.
      const marked = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${RUN_VARIABLE}=${run}`)
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return [{ pid: Number(pid), parent: Number(fields[1]), started: fields[19] ?? '', marked, command }]
    } catch {
      return [] // Not ours to read, or ended since.
    }
  })
}

function byPs(): readonly Process[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,lstart=,command='], { encoding: 'utf8' })
  return listed.split('\n').flatMap((line) => {
    const [, pid, parent, started = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+((?:\S+\s+){5})(.*)$/.exec(line) ?? []
    if (pid === undefined) return []
    return [{ pid: Number(pid), parent: Number(parent), started, marked: false, command }]
  })
}
