// Runs a step's process as the runner does, and stops it as the runner does.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface Invocation {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** How long each signal is given before the next follows. */
export interface Patience {
  readonly interruptMs: number
  readonly terminateMs: number
}

/** What GitHub's runner sends a step that has to stop: SIGINT, after 7.5 s SIGTERM, after 2.5 s more SIGKILL. */
export const githubsPatience: Patience = { interruptMs: 7500, terminateMs: 2500 }

/** Output may outlive the process, when a grandchild holds on to the pipe. It is waited for this long. */
const drainMs = 5000

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stopped: boolean
}

export interface Stops {
  /** Asks the process to end early, with patience. */
  readonly stop: AbortSignal
  /** Ends it at once. */
  readonly kill: AbortSignal
  readonly patience: Patience
}

/** Runs a process to its end. Only the process itself is signalled, not its children. */
export async function invoke(
  { command, args, cwd, env }: Invocation,
  line: (text: string) => void,
  { stop, kill, patience }: Stops,
): Promise<Ended> {
  // In a process group of its own: a Ctrl-C in the terminal is for the runner, which passes it on in its own way.
  const child = spawn(command, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const drained = Promise.all([readLines(child.stdout, line), readLines(child.stderr, line)])
  const release = [
    onAbort(stop, () => stopWithPatience(child, patience)),
    onAbort(kill, () => void child.kill('SIGKILL')),
  ]
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

function stopWithPatience(child: ChildProcess, { interruptMs, terminateMs }: Patience): void {
  child.kill('SIGINT')
  const terminate = setTimeout(() => child.kill('SIGTERM'), interruptMs)
  const kill = setTimeout(() => child.kill('SIGKILL'), interruptMs + terminateMs)
  child.once('exit', () => {
    clearTimeout(terminate)
    clearTimeout(kill)
  })
}

async function readLines(stream: Readable, line: (text: string) => void): Promise<void> {
  stream.setEncoding('utf8')
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', line)
  await new Promise<void>((resolve) => lines.once('close', resolve))
}

function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) listener()
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
