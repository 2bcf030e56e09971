// Built on node:child_process: @actions/exec can neither be cancelled nor told to keep its command line out of the log.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CancelledError, SlipwayError } from './errors.ts'

export interface ExecOptions {
  readonly cwd?: string
  /** The whole environment of the child. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Text or bytes for its standard input, the place for secrets: everyone on the machine can read argv. */
  readonly input?: string | Readable
  /** Told of each line as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Aborting sends SIGINT, once. */
  readonly signal?: AbortSignal
  /** Do not keep what is printed; `onLine` sees it all the same. For commands that print without end. */
  readonly discard?: boolean
}

export interface ExecResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program (no shell), and gives what it printed and its exit code, whatever that is. */
export type Exec = (command: string, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>

/**
 * Runs a program on this machine.
 * @throws SlipwayError when it cannot be started, CancelledError when it ended after `signal` was aborted.
 */
export const exec: Exec = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const { cwd, env = process.env, input, onLine, signal, discard = false } = options
    if (signal?.aborted) return reject(new CancelledError(`Cancelled before \`${command}\` was started.`))
    const child = spawn(command, [...args], { cwd, env: { ...env }, stdio: 'pipe' })
    const kept = { stdout: [] as string[], stderr: [] as string[] }

    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        if (!discard) kept[stream].push(line)
        onLine?.(line, stream)
      })
    }
    feed(child, input, reject)

    const interrupt = () => void child.kill('SIGINT')
    signal?.addEventListener('abort', interrupt, { once: true })

    child.on('error', (cause: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', interrupt)
      reject(notStarted(command, cwd, cause))
    })
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', interrupt)
      if (signal?.aborted) return reject(new CancelledError(`\`${command}\` was cancelled.`))
      const stderr = killedBy === null ? kept.stderr : [...kept.stderr, `${command} was killed by ${killedBy}`]
      resolve({ code: code ?? 1, stdout: kept.stdout.join('\n'), stderr: stderr.join('\n') })
    })
  })

/** Hands `input` to a program, and then closes its standard input. */
function feed(
  child: ChildProcessWithoutNullStreams,
  input: ExecOptions['input'],
  broken: (error: unknown) => void,
): void {
  // A program that ends without reading its input closes the pipe on us; its exit code tells the story.
  child.stdin.on('error', () => {})
  if (typeof input !== 'object') {
    child.stdin.end(input ?? '')
    return
  }
  pipeline(input, child.stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_PREMATURE_CLOSE') return
    // The source broke: the program would wait for the rest, and what there is to tell is the source's error.
    child.kill('SIGTERM')
    broken(error)
  })
}

function notStarted(command: string, cwd: string | undefined, cause: NodeJS.ErrnoException): SlipwayError {
  if (cause.code !== 'ENOENT') return new SlipwayError(`\`${command}\` could not be started.`, { cause })
  return new SlipwayError(`\`${command}\` was not found${cwd === undefined ? '' : ` (working directory: ${cwd})`}.`, {
    hint: 'Install it in an earlier step, or check that it is on the PATH and that the working directory exists.',
    cause,
  })
}
