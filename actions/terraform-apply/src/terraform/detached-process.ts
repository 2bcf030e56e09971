// Built on node:child_process, not on toolkit/process/exec.ts: a Terraform that holds a lock has to outlive us. If it wrote to our pipe
// and we were killed, its next write would kill it too, with the lock not released and the state not saved. So it gets a session
// of its own, writes to a file that we tail, receives at most one SIGINT, and announces itself which process it is.

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import type { Clock } from '../../../../toolkit/clock.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { announcing } from './process-identity.ts'
import { Tail } from './tail.ts'

export interface DetachedOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file that stdout and stderr go to. Created for its owner only, as output may hold secrets. */
  readonly output: string
  /** The link by which the process announces itself. */
  readonly link: string
  readonly clock: Clock
  /** Aborting calls `interrupt`, once; then the end of the process is waited for all the same. */
  readonly signal: AbortSignal
  /** Asks the process to end. `now` sends it SIGINT. */
  readonly interrupt: (now: () => void) => void
  readonly onStart?: (pid: number) => void
  readonly onLine: (line: string) => void
}

const POLL_MS = 100

/**
 * Runs a program that keeps running if we are killed. Returns its exit code, as a shell does: 128 and the number of the signal that
 * killed it. @throws SlipwayError when it cannot be started.
 */
export async function runDetached(command: string, args: readonly string[], options: DetachedOptions): Promise<number> {
  const { cwd, env, output, link, clock, signal, onStart, onLine } = options
  const file = openSync(output, 'ax', 0o600)
  const [shell, line] = announcing(link, command, args)
  const child = spawn(shell, line, { cwd, env: { ...env }, stdio: ['ignore', file, file], detached: true })
  closeSync(file)

  const started = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(notStarted(command, cwd, cause)))
  })
  let code: number | undefined
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (exitCode, killedBy) => {
      code = exitCode ?? 128 + constants.signals[killedBy ?? 'SIGKILL']
      resolve()
    })
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  await started

  const tail = new Tail(output, onLine)
  const interrupt = () => {
    // So that `interrupt` knows what is in progress.
    tail.read()
    options.interrupt(() => void child.kill('SIGINT'))
  }
  if (signal.aborted) interrupt()
  else signal.addEventListener('abort', interrupt, { once: true })

  try {
    while (code === undefined) {
      tail.read()
      await Promise.race([ended, clock.sleep(POLL_MS)])
    }
    tail.end()
    if (code === NOT_EXECUTABLE || code === NOT_FOUND) throw notStarted(command, cwd)
    return code
  } finally {
    signal.removeEventListener('abort', interrupt)
    tail.close()
  }
}

/** Exit codes of a shell that could not become the program. */
const NOT_EXECUTABLE = 126
const NOT_FOUND = 127

const notStarted = (command: string, cwd: string, cause?: unknown) =>
  new SlipwayError(`\`${command}\` could not be started in ${cwd}.`, {
    hint: `Check that it exists, is executable, and is for this platform: try \`${command} version\` in an earlier step.`,
    cause,
  })
