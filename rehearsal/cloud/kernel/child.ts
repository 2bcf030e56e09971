import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that the cloud runs for itself. It cannot outlive the cloud, not even one that is killed. */
export interface Child {
  /** Settles once a line of its output matches; rejects when it ends before. */
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

// The shell reads from a pipe that we hold open. When we are gone, however we went, the pipe ends; then so does the
// program, and its folder goes with it. By then nobody hears what the shell has to say, which must not end it (PIPE).
const LEASH = `
exec 3<&0
"$@" </dev/null 3<&- & program=$!
(cat <&3 >/dev/null; kill $program) 2>/dev/null 3<&3 & leash=$!
trap 'kill $program' TERM INT
trap '' PIPE
wait $program; status=$?
kill $leash 2>/dev/null
[ -z "$FOLDER" ] || rm -rf -- "$FOLDER"
exit $status`

const NOT_FOUND = 127
const LAST_LINES = 20

/** @param folder the program's own, removed when it ends. @param env what it is told besides our own environment. */
export function startChild(
  program: string,
  args: readonly string[],
  folder = '',
  env: Readonly<Record<string, string>> = {},
): Child {
  // A group of its own: Ctrl-C in a terminal is for the cloud, which then ends its children in order.
  const shell = spawn('sh', ['-c', LEASH, 'sh', program, ...args], {
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
  // Only now has all been read that it said.
  shell.once('close', (code, signal) => output.close(whyEnded(program, code, signal, output.last())))
  shell.stdin?.on('error', () => undefined)
  return {
    line: (pattern) => output.line(pattern),
    end: async () => {
      shell.stdin?.end()
      const late = setTimeout(() => killGroup(shell), 5000)
      await ended
      clearTimeout(late)
      // What the program itself started may hold the other ends for as long as it likes.
      shell.stdout?.destroy()
      shell.stderr?.destroy()
    },
  }
}

function whyEnded(program: string, code: number | null, signal: string | null, lastWords: string): Error {
  if (code === NOT_FOUND) return new ProgramMissing(program)
  return new Error(`${program} ended (${signal ?? `exit code ${code}`}). Its last words:\n${lastWords}`)
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL')
}

interface Waiting {
  readonly pattern: RegExp
  readonly resolve: (match: RegExpExecArray) => void
  readonly reject: (error: Error) => void
}

/** What a child says, on both streams: who waits for a line gets it, also when it was said before. */
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
