// For programs that must be cancellable, that print while they run, that outlive the step, or that read secrets from their
// standard input. Built on node:child_process: @actions/exec cannot cancel a program, and fails when one ends without reading
// its input. Short queries go through @actions/exec: query.ts.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CancelledError, SlipwayError } from '../errors.ts'

export interface ExecOptions {
  readonly cwd?: string
  /** The whole environment of the child. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Text or bytes for its standard input, the place for secrets: everyone on the machine can read argv. */
  readonly input?: string | Readable
  /** Called with each line as it is printed. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
  /** Aborting sends SIGINT, once. */
  readonly signal?: AbortSignal
  /** Do not keep the output; `onLine` gets it all the same. For commands that print without end. */
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
 * Runs a program on this machine, until it ends; one that it leaves running in the background is not waited for.
 * @throws SlipwayError when it cannot be started, CancelledError when it ended after `signal` was aborted.
 */
export const exec: Exec = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const { cwd, env = process.env, input, onLine, signal, discard = false } = options
    if (signal?.aborted) return reject(new CancelledError(`Cancelled before \`${command}\` was started.`))
    const child = spawn(command, [...args], { cwd, env: { ...env }, stdio: 'pipe' })
    const kept = { stdout: [] as string[], stderr: [] as string[] }

    // readline gives a last line without an end only when its input ends, which a stream that is destroyed never does.
    const passed = { stdout: new PassThrough(), stderr: new PassThrough() }
    const read = (['stdout', 'stderr'] as const).map((stream) => {
      const lines = createInterface({ input: child[stream].pipe(passed[stream]), crlfDelay: Number.POSITIVE_INFINITY })
      lines.on('line', (line) => {
        if (!discard) kept[stream].push(line)
        onLine?.(line, stream)
      })
      return once(lines, 'close')
    })
    // Thrown once the program has ended: until then it may still write to what its caller removes.
    let broken: { readonly error: unknown } | undefined
    feed(child, input, (error) => {
      broken ??= { error }
    })

    const interrupt = () => void child.kill('SIGINT')
    signal?.addEventListener('abort', interrupt, { once: true })

    child.on('error', (cause: NodeJS.ErrnoException) => {
      signal?.removeEventListener('abort', interrupt)
      reject(notStarted(command, cwd, cause))
    })
    child.on('exit', async (code, killedBy) => {
      const late = setTimeout(() => letGo(child, passed), LINGER_MS)
      await Promise.all(read)
      clearTimeout(late)
      signal?.removeEventListener('abort', interrupt)
      if (signal?.aborted) return reject(new CancelledError(`\`${command}\` was cancelled.`))
      if (broken !== undefined) return reject(broken.error)
      const stderr = killedBy === null ? kept.stderr : [...kept.stderr, `${command} was killed by ${killedBy}`]
      resolve({ code: code ?? 1, stdout: kept.stdout.join('\n'), stderr: stderr.join('\n') })
    })
  })

/** How long the streams of a program may stay open after its end. A child process that it left behind can hold them longer. */
const LINGER_MS = 5_000

type Passed = Readonly<Record<'stdout' | 'stderr', PassThrough>>

/** Lets go of the streams of a program. What has arrived is read by now: the event loop reads before it looks at its timers. */
function letGo(child: ChildProcessWithoutNullStreams, passed: Passed): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].unpipe(passed[stream]).destroy()
    passed[stream].end()
  }
}

/** Hands `input` to a program, and then closes its standard input. */
function feed(
  child: ChildProcessWithoutNullStreams,
  input: ExecOptions['input'],
  broken: (error: unknown) => void,
): void {
  // A program that ends without reading its input closes the pipe on us; its exit code says how it ended.
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
