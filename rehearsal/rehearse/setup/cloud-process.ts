// Runs the rehearsal cloud in a process of its own, so that a busy runner does not slow down its load balancer.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CloudProcess {
  /** Environment variables that point AWS tools at it. */
  readonly env: Readonly<Record<string, string>>
  /** Path of its journal. */
  readonly journal: string
  /** Stops it, and resolves when its containers are removed. Rejects with its output when it could not remove them. */
  stop(): Promise<void>
}

/** It usually starts within two seconds. A busy machine may need longer. */
const startMs = 60_000
/** The cloud ends by itself before that, and says what it could not remove. After it the process is killed. */
const stopMs = 90_000
const shownLines = 10

/**
 * Starts a cloud with its files in `folder`, and resolves once it answers. `options` are further options of `npm run cloud`.
 * Rejects with its output when it does not start.
 */
export async function startCloudProcess(folder: string, options: readonly string[] = []): Promise<CloudProcess> {
  const files = {
    env: join(folder, 'cloud.env'),
    journal: join(folder, 'journal.jsonl'),
    log: join(folder, 'cloud.log'),
  }
  const log = openSync(files.log, 'w')
  const cli = join(import.meta.dirname, '../../cloud/cli.ts')
  // Without the first `--`, node would read --env-file itself.
  const args = ['--', cli, '--port', '0', '--env-file', files.env, '--journal', files.journal, ...options]
  // In a process group of its own: Ctrl-C must reach the rehearsal only, which stops the cloud last. When the rehearsal is
  // killed, the IPC channel closes, and the cloud ends too.
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  const deadline = Date.now() + startMs
  while (!existsSync(files.env) || !readFileSync(files.env, 'utf8').includes('AWS_ENDPOINT_URL=')) {
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The rehearsal cloud did not start. Its output:\n${readFileSync(files.log, 'utf8')}`)
    }
    await sleep(50)
  }
  return { env: readEnv(files.env), journal: files.journal, stop: () => stop(child, files.log) }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

async function stop(child: ChildProcess, log: string): Promise<void> {
  if (!hasEnded(child)) {
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
    await ended
    clearTimeout(timer)
  }
  if (child.exitCode === 0) return
  const how = child.signalCode ?? `exit code ${child.exitCode}`
  const output = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-shownLines).join('\n') : ''
  throw new Error(`The rehearsal cloud did not end as it should (${how}). The end of its output:\n${output}`)
}

function readEnv(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
