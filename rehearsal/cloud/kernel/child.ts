import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A child process of the cloud. It ends with the cloud, even when the cloud is killed. */
export interface Child {
  /** Resolves once a line of its output matches. Rejects when the process ends first. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  end(): Promise<void>
}

export class ProgramMissing extends Error {
  readonly program: string

  constructor(program: string) {
    super(`${program} is not installed, or not on PATH.`)
    this.program = program
  }
}

// The shell reads from a pipe that this process holds open. When this process ends, even killed, the pipe closes, and the
// shell ends the program and removes its folder. The shell's output has no reader then: SIGPIPE must not end the shell.
const ENDS_WITH_THIS_PROCESS = `
exec 3<&0
"$@" </dev/null 3<&- & program=$!
(cat <&3 >/dev/null; kill $program) 2>/dev/null 3<&3 & watcher=$!
trap 'kill $program' TERM INT
trap '' PIPE
wait $program; status=$?
kill $watcher 2>/dev/null
[ -z "$FOLDER" ] || rm -rf -- "$FOLDER"
exit $status`

const NOT_FOUND = 127
/** Time for a program to end after SIGTERM, in milliseconds. */
const END_MS = 2_000
const LAST_LINES = 20

/** @param folder the program's own, removed when it ends. @param env variables besides this process's environment. */
export function startChild(
  program: string,
  args: readonly string[],
  folder = '',
  env: Readonly<Record<string, string>> = {},
): Child {
  // In a process group of its own: Ctrl-C must reach the cloud only, which stops its children in order.
  const shell = spawn('sh', ['-c', ENDS_WITH_THIS_PROCESS, 'sh', program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env, FOLDER: folder },
  })
  const output = new Output(shell)
  const ended = new Promise<void>((resolve) => {
    shell.once('exit', resolve)
    shell.once('error', (error) => {
      output.close(error)
      resolve()
    })
  })
  // Only now is its whole output read.
  shell.once('close', (code, signal) => output.close(whyEnded(program, code, signal, output.last())))
  shell.stdin?.on('error', () => undefined)
  return {
    line: (pattern) => output.line(pattern),
    end: async () => {
      shell.stdin?.end()
      const late = setTimeout(() => killGroup(shell), END_MS)
      await ended
      clearTimeout(late)
      // Killed, the shell has not removed it.
      if (folder !== '') rmSync(folder, { recursive: true, force: true })
      // Processes that the program started may keep the other ends open.
      shell.stdout?.destroy()
      shell.stderr?.destroy()
    },
  }
}

function whyEnded(program: string, code: number | null, signal: string | null, output: string): Error {
  if (code === NOT_FOUND) return new ProgramMissing(program)
  return new Error(`${program} ended (${signal ?? `exit code ${code}`}). The end of its output:\n${output}`)
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

interface Waiting {
  readonly pattern: RegExp
  readonly resolve: (match: RegExpExecArray) => void
  readonly reject: (error: Error) => void
}

/** Output of a child on both streams. Waiting for a line also finds earlier ones. */
class Output {
  readonly #lines: string[] = []
  readonly #waiting = new Set<Waiting>()
  #over: Error | undefined

  constructor({ stdout, stderr }: ChildProcess) {
    for (const stream of [stdout, stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line))
    }
  }

  line(pattern: RegExp): Promise<RegExpExecArray> {
    for (const line of this.#lines) {
      const match = pattern.exec(line)
      if (match !== null) return Promise.resolve(match)
    }
    if (this.#over !== undefined) return Promise.reject(this.#over)
    return new Promise((resolve, reject) => this.#waiting.add({ pattern, resolve, reject }))
  }

  last(): string {
    return this.#lines.join('\n')
  }

  close(why: Error): void {
    this.#over = why
    for (const { reject } of this.#waiting) reject(why)
    this.#waiting.clear()
  }

  #read(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > LAST_LINES) this.#lines.shift()
    for (const waiting of this.#waiting) {
      const match = waiting.pattern.exec(line)
      if (match === null) continue
      this.#waiting.delete(waiting)
      waiting.resolve(match)
    }
  }
}
