// What main leaves for post: the Terraform that was running, so that post can wait for it when main was killed.
import { existsSync, readFileSync } from 'node:fs'
import type { Clock } from '../../../toolkit/clock.ts'
import type { Report } from '../../../toolkit/report.ts'
import { Tail } from './detached.ts'

export interface Running {
  readonly pid: number
  /** Tells this process from a later one that was given the same number. */
  readonly identity: string
  readonly command: string
  /** The file that its output goes to. */
  readonly output: string
}

const KEY = 'running'

/** Notes that a Terraform has started, before anything can happen to us. */
export function noteStart(report: Report, started: Omit<Running, 'identity'>): void {
  report.saveState(KEY, JSON.stringify({ ...started, identity: identify(started.pid) ?? '' }))
}

/** Notes that all is in order: the Terraform has ended, and its state is safe. */
export const noteEnd = (report: Report): void => report.saveState(KEY, '')

/** The Terraform that main did not see to its end, if there is one. */
export function leftRunning(report: Report): Running | undefined {
  const noted = report.state(KEY)
  return noted === '' ? undefined : (JSON.parse(noted) as Running)
}

/** Waits, however long it takes, and passes on what it says. */
export async function waitFor(running: Running, onLine: (line: string) => void, clock: Clock): Promise<void> {
  const tail = existsSync(running.output) ? new Tail(running.output, onLine) : undefined
  while (identify(running.pid) === running.identity) {
    tail?.read()
    await clock.sleep(250)
  }
  tail?.end()
  tail?.close()
}

/** What tells a running process from any other; `undefined` once it has ended. */
export function identify(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      // After the name in brackets: the state first, the time it was started twentieth (proc(5)).
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      // Where process 1 reaps no orphans, as in a job container, an ended one stays as a zombie.
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
    } catch {
      return undefined
    }
  }
  try {
    process.kill(pid, 0)
    return ''
  } catch {
    return undefined
  }
}
