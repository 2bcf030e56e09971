// The rehearsal cloud, as a process of its own: a busy runner must not slow its load balancer down.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CloudProcess {
  /** What tools need in their environment to talk to it. */
  readonly env: Readonly<Record<string, string>>
  readonly journal: string
  /** Ends it, and resolves when its containers are gone. */
  stop(): Promise<void>
}

/** It starts within a second or two; a machine that is busy with other things may need longer. */
const startMs = 60_000
/** It stops its containers when asked to end. Past this it is killed, and says nothing more. */
const stopMs = 60_000

/** Starts a cloud whose files lie in `folder`, with more of `npm run cloud`'s options, and resolves once it answers. */
export async function startCloudProcess(folder: string, options: readonly string[] = []): Promise<CloudProcess> {
  const files = {
    env: join(folder, 'cloud.env'),
    journal: join(folder, 'journal.jsonl'),
    log: join(folder, 'cloud.log'),
  }
  const log = openSync(files.log, 'w')
  const cli = join(import.meta.dirname, '../../cloud/cli.ts')
  // The first `--` keeps node itself from taking --env-file for its own.
  const args = ['--', cli, '--port', '0', '--env-file', files.env, '--journal', files.journal, ...options]
  // In a process group of its own: a Ctrl-C is for the rehearsal, which ends the cloud last. The channel breaks when the
  // rehearsal is killed, and then the cloud ends, too.
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  const deadline = Date.now() + startMs
  while (!existsSync(files.env) || !readFileSync(files.env, 'utf8').includes('AWS_ENDPOINT_URL=')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The rehearsal cloud does not come up. It said:\n${readFileSync(files.log, 'utf8')}`)
    }
    await sleep(50)
  }
  return { env: readEnv(files.env), journal: files.journal, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await ended
  clearTimeout(timer)
}

function readEnv(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
