// Runs scripts of package.json, and ends all that they have started when this process is ended, whichever way.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { constants } from 'node:os'
import { join } from 'node:path'
import { removeContainers } from './containers.ts'
import { endProcesses, RUN_VARIABLE } from './process-family.ts'

const root = join(import.meta.dirname, '../..')
const run = randomUUID()
/** How long what is ended early may take to tidy up: a rehearsal stops its containers in that time. */
const graceMs = 30_000
let child: number | undefined
let interrupted = false

/** Runs a script of package.json; whether it succeeded. */
export function npmRun(args: readonly string[]): Promise<boolean> {
  // In a process group of its own: a Ctrl-C in the terminal is for us, and we end all at once.
  const started = spawn('npm', ['run', '--silent', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, [RUN_VARIABLE]: run },
  })
  child = started.pid
  return new Promise((resolve, reject) => {
    started.once('error', reject)
    started.once('close', (code) => {
      // Nothing follows an interruption.
      if (!interrupted) resolve(code === 0)
    })
  })
}

/** Ends what the scripts have left behind. Returns the commands. */
export const endLeftovers = (): Promise<readonly string[]> => endProcesses(run, graceMs)

/**
 * From now on the scripts end with us: at a signal, or at the end of process `parent`; by another process if ours is killed.
 */
export function endWithUs(parent: string | undefined): void {
  const { SIGHUP, SIGINT, SIGTERM } = constants.signals
  for (const [signal, number] of Object.entries({ SIGHUP, SIGINT, SIGTERM })) {
    process.on(signal, () => void end(signal, 128 + number))
  }
  const args = [join(import.meta.dirname, 'end-with-runner.ts'), run, String(graceMs)]
  const guard = spawn(process.execPath, args, { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
  guard.unref()
  if (parent === undefined) return
  setInterval(() => {
    if (!isAlive(Number(parent))) void end('the end of script/test', 128 + SIGHUP)
  }, 1_000).unref()
}

async function end(reason: string, code: number): Promise<void> {
  if (interrupted) return
  interrupted = true
  console.error(`\nInterrupted by ${reason}: ending what was started.`)
  await endProcesses(run, graceMs, child === undefined ? [] : [child])
  removeContainers(run)
  process.exit(code)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
