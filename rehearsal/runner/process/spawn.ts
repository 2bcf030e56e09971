import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface Invocation {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Time between the signals that stop a process, in milliseconds. */
export interface StopTimeouts {
  readonly interruptMs: number
  readonly terminateMs: number
}

/** GitHub's runner stops a step with SIGINT, after 7.5 s SIGTERM, and after 2.5 s more SIGKILL. */
export const githubStopTimeouts: StopTimeouts = { interruptMs: 7500, terminateMs: 2500 }

/** How long to read output after the process ended: a grandchild may keep the pipe open. */
const drainMs = 5000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stopped: boolean
}

export interface StopSignals {
  /** Stops the process with SIGINT, SIGTERM and SIGKILL, at the times of `timeouts`. */
  readonly stop: AbortSignal
  /** Kills it at once. */
  readonly kill: AbortSignal
  readonly timeouts: StopTimeouts
}

/** Runs a process and waits for its end. Signals go to the process itself, not to its children, as with GitHub's runner. */
export async function spawnAndWait(
  { command, args, cwd, env }: Invocation,
  line: (text: string) => void,
  { stop, kill, timeouts }: StopSignals,
): Promise<Exit> {
  // In a process group of its own: Ctrl-C in the terminal must reach the runner only, which then cancels the run.
  const child = spawn(command, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const drained = Promise.all([readLines(child.stdout, line), readLines(child.stderr, line)])
  const release = [onAbort(stop, () => stopGradually(child, timeouts)), onAbort(kill, () => void child.kill('SIGKILL'))]
  try {
    const [code, signal] = await ended(child)
    await Promise.race([drained, sleep(drainMs)])
    return { code, signal, stopped: stop.aborted }
  } finally {
    for (const free of release) free()
    child.stdout.destroy()
    child.stderr.destroy()
  }
}

function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve([code, signal]))
  })
}

function stopGradually(child: ChildProcess, { interruptMs, terminateMs }: StopTimeouts): void {
  child.kill('SIGINT')
  const terminate = setTimeout(() => child.kill('SIGTERM'), interruptMs)
  const kill = setTimeout(() => child.kill('SIGKILL'), interruptMs + terminateMs)
  child.once('exit', () => {
    clearTimeout(terminate)
    clearTimeout(kill)
  })
}

/** Reads lines as .NET's StreamReader does: they end with `\n`, `\r` or both, and a byte order mark at the start is dropped. */
async function readLines(stream: Readable, line: (text: string) => void): Promise<void> {
  let rest = ''
  let atStart = true
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const text = atStart ? chunk.replace(/^\ufeff/, '') : rest + chunk
    atStart = false
    // A `\r` at the end waits: a `\n` may follow.
    const lines = text.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const each of lines) line(each)
  })
  await new Promise<void>((resolve) => stream.once('close', resolve))
  if (rest !== '') line(rest.replace(/\r$/, ''))
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener()
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
