// Runs scripts of package.json, and ends all their processes when this process ends, also by a signal.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { constants } from 'node:os'
import { join } from 'node:path'
import { removeContainers } from './containers.ts'
import { endProcesses, RUN_VARIABLE } from './process-family.ts'

const root = join(import.meta.dirname, '../..')
const run = randomUUID()
/** Time to clean up after a signal: a rehearsal stops its containers in it. */
const graceMs = 30_000
const children = new Set<number>()
let interrupted = false

/** Runs a script of package.json. Returns whether it succeeded. */
export function npmRun(args: readonly string[]): Promise<boolean> {
  return ended(start(args, 'inherit'))
}

/** Runs a script of package.json while others run. Returns whether it succeeded, and what it printed. */
export async function npmRunQuietly(args: readonly string[]): Promise<{ succeeded: boolean; output: string }> {
  const child = start(args, 'pipe')
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const succeeded = await ended(child)
  return { succeeded, output: `${Buffer.concat(chunks)}` }
}

function start(args: readonly string[], output: 'inherit' | 'pipe'): ChildProcess {
  // In its own process group: Ctrl-C in the terminal must reach this process only, which ends all others.
  const child = spawn('npm', ['run', '--silent', ...args], {
    cwd: root,
    stdio: ['ignore', output, output],
    detached: true,
    env: { ...process.env, [RUN_VARIABLE]: run },
  })
  if (child.pid !== undefined) children.add(child.pid)
  return child
}

function ended(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (child.pid !== undefined) children.delete(child.pid)
      // No script starts after an interruption.
      if (!interrupted) resolve(code === 0)
    })
  })
}

/** Ends the processes that the scripts left running. Returns their commands. */
export const endLeftovers = (): Promise<readonly string[]> => endProcesses(run, graceMs)

/**
 * Ends the scripts at a signal, or when process `parent` ends. If this process is killed, another process ends them.
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
  await endProcesses(run, graceMs, [...children])
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
