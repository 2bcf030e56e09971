// Built on node:child_process, and not on toolkit/exec.ts: a Terraform that holds a lock has to outlive us. If it wrote to
// our pipe and we were killed, its next write would kill it too, with the lock left behind and the state unsaved. So it
// gets a session of its own, writes to a file that we tail, is sent one gentle signal at most, and says itself who it is.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '../../../../toolkit/clock.ts'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { claiming } from './process-identity.ts'

export interface DetachedOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file that both output streams go to. Created for its owner only, as output may hold secrets. */
  readonly output: string
  /** Where it says which process it became. */
  readonly claim: string
  readonly clock: Clock
  /** Aborting calls `interrupt`, once; the process is waited for all the same. */
  readonly signal: AbortSignal
  /** Asks the process to end. `now` sends it SIGINT. */
  readonly interrupt: (now: () => void) => void
  readonly onStart?: (pid: number) => void
  readonly onLine: (line: string) => void
}

const LOOK_MS = 100

/** Runs a program that goes on without us if it must, and gives its exit code: as a shell does, 128 and the signal that killed it. */
export async function runDetached(command: string, args: readonly string[], options: DetachedOptions): Promise<number> {
  const { cwd, env, output, claim, clock, signal, onStart, onLine } = options
  const file = openSync(output, 'ax', 0o600)
  const [shell, line] = claiming(claim, command, args)
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
    // What it is doing is told first.
    tail.read()
    options.interrupt(() => void child.kill('SIGINT'))
  }
  if (signal.aborted) interrupt()
  else signal.addEventListener('abort', interrupt, { once: true })

  try {
    while (code === undefined) {
      tail.read()
      await Promise.race([ended, clock.sleep(LOOK_MS)])
    }
    tail.end()
    if (code === NOT_EXECUTABLE || code === NOT_FOUND) throw notStarted(command, cwd)
    return code
  } finally {
    signal.removeEventListener('abort', interrupt)
    tail.close()
  }
}

/** What a shell ends with when it could not become the program. */
const NOT_EXECUTABLE = 126
const NOT_FOUND = 127

const notStarted = (command: string, cwd: string, cause?: unknown) =>
  new SlipwayError(`\`${command}\` could not be started in ${cwd}.`, {
    hint: `Check that it is there, for this machine, and may be executed: try \`${command} version\` in a step of its own.`,
    cause,
  })

/** Reads the lines that another process appends to a file. */
export class Tail {
  readonly #file: number
  readonly #onLine: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  readonly #buffer = Buffer.alloc(64 * 1024)
  #rest = ''

  constructor(path: string, onLine: (line: string) => void) {
    this.#file = openSync(path, 'r')
    this.#onLine = onLine
  }

  /** Passes on each line that is whole by now. */
  read(): void {
    for (let size = this.#fill(); size > 0; size = this.#fill()) {
      const lines = (this.#rest + this.#decoder.write(this.#buffer.subarray(0, size))).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines) this.#onLine(line)
    }
  }

  /** Reads to the end: a last line without an end is one too. */
  end(): void {
    this.read()
    const last = this.#rest + this.#decoder.end()
    this.#rest = ''
    if (last !== '') this.#onLine(last)
  }

  close(): void {
    closeSync(this.#file)
  }

  #fill(): number {
    return readSync(this.#file, this.#buffer, 0, this.#buffer.length, null)
  }
}
