// The rehearsal cloud as a process of its own.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** The command that starts a cloud. */
export const CLOUD_COMMAND: readonly string[] = [join(root, 'node_modules/.bin/node'), '--', 'rehearsal/cloud/cli.ts']

export interface CloudCli {
  readonly child: ChildProcess
  /** The environment that it has written. */
  readonly env: Readonly<Record<string, string>>
  readonly output: () => string
  /** Exit code and signal. */
  readonly ended: Promise<unknown>
}

export interface Clouds {
  /** A folder for files of the clouds, removed by `close`. */
  readonly folder: string
  /** Starts a cloud on a free port, and waits until it has written its environment. */
  start(args?: readonly string[], options?: SpawnOptions, command?: readonly string[]): Promise<CloudCli>
  /** The process that was started last. */
  last(): ChildProcess
  /** Kills those that still run. */
  close(): void
}

export function cloudsAsProcesses(): Clouds {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cloud-cli-'))
  const started: ChildProcess[] = []
  return {
    folder,
    async start(args = [], options = {}, [program = '', ...before] = CLOUD_COMMAND) {
      const envFile = join(folder, `env-${started.length}`)
      const all = [...before, '--port', '0', '--env-file', envFile, ...args]
      const child = spawn(program, all, { cwd: root, ...options })
      started.push(child)
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
      const ended = once(child, 'close')
      const ready = new Promise<void>((resolve) =>
        child.stdout?.on('data', () => output.includes('Stop it with Ctrl-C.') && resolve()),
      )
      await Promise.race([ready, ended.then(() => Promise.reject(new Error(`The cloud ended: ${output}`)))])
      const lines = readFileSync(envFile, 'utf8').trimEnd().split('\n')
      const env = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      )
      return { child, env, output: () => output, ended }
    },
    last() {
      const child = started.at(-1)
      if (child === undefined) throw new Error('No cloud was started.')
      return child
    },
    close() {
      for (const child of started) child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether a process runs. One that has ended, and that its parent has not waited for, does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
