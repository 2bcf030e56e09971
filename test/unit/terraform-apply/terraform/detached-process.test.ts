import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DetachedOptions,
  runDetached,
} from '../../../../actions/terraform-apply/src/terraform/detached-process.ts'
import { systemClock } from '../../../../toolkit/clock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-detached-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function run(script: string, more: Partial<DetachedOptions> = {}) {
  const lines: string[] = []
  const options = {
    cwd: folder,
    env: process.env,
    output: join(folder, 'output'),
    link: join(folder, 'link'),
    clock: systemClock,
    signal: new AbortController().signal,
    interrupt: () => {},
    onLine: (line: string) => lines.push(line),
    ...more,
  }
  return { code: await runDetached('sh', ['-c', script], options), lines }
}

test('returns the exit code, and passes on the lines of both streams', async () => {
  expect(await run('echo out; echo err >&2; exit 3')).toEqual({ code: 3, lines: ['out', 'err'] })
  // The output may hold secrets.
  expect(statSync(join(folder, 'output')).mode & 0o077).toBe(0)
})

test('returns 128 and the number of the signal that killed it', async () => {
  expect((await run('kill -KILL $$')).code).toBe(137)
})

test('sends SIGINT when the signal is aborted and `interrupt` says so, and waits for the end', async () => {
  const cancel = new AbortController()
  const seen: string[] = []
  const ended = await run("trap 'echo stopping; exit 1' INT; echo ready; while :; do sleep 0.05; done", {
    signal: cancel.signal,
    interrupt: (now) => now(),
    onLine: (line) => {
      seen.push(line)
      if (line === 'ready') cancel.abort()
    },
  })
  expect(ended.code).toBe(1)
  expect(seen).toEqual(['ready', 'stopping'])
})

test('refuses a program that does not exist', async () => {
  const options = { cwd: folder, env: process.env, output: join(folder, 'output'), link: join(folder, 'link') }
  const run = runDetached(join(folder, 'gone'), [], {
    ...options,
    clock: systemClock,
    signal: new AbortController().signal,
    interrupt: () => {},
    onLine: () => {},
  })
  await expect(run).rejects.toThrow('could not be started')
})
