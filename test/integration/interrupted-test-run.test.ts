// script/test and its runner, ended in the middle of a tiny project whose one test hangs: nothing of what they started is left.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import { busyboxImage } from '../support/busybox-image.ts'

const root = join(import.meta.dirname, '../..')
const jest = join(root, 'node_modules/jest/bin/jest.js')

/**
 * Starts a shell and its child in a session of their own, with nothing in their environment; a process in another session;
 * and a container. Each writes its number. Then waits.
 */
const HANGS = `
const { execFileSync, spawn } = require('node:child_process')
const { writeFileSync } = require('node:fs')
test('hangs', async () => {
  const script = 'echo $$ > shell; sleep 1000 & echo $! > sleep; wait'
  spawn('env', ['-i', 'PATH=' + process.env.PATH, 'sh', '-c', script], { cwd: __dirname, detached: true, stdio: 'ignore' })
  spawn('sh', ['-c', 'echo $$ > session; exec sleep 1000'], { cwd: __dirname, detached: true, stdio: 'ignore' }).unref()
  const label = 'slipway.rehearsal=' + process.env.SLIPWAY_TEST_RUN.slice(0, 8) + 'test'
  const run = ['run', '--detach', '--network', 'none', '--label', label, process.env.BUSYBOX, 'sleep', '1000']
  const id = execFileSync('docker', run, { encoding: 'utf8' }).trim()
  const inspect = ['inspect', '--format', '{{.State.Pid}}', id]
  writeFileSync(__dirname + '/container', execFileSync('docker', inspect, { encoding: 'utf8' }))
  writeFileSync(__dirname + '/jest', String(process.pid))
  await new Promise((resolve) => setTimeout(resolve, 1e9))
})
`

const engine = new Docker()
let busybox: string
beforeAll(async () => {
  busybox = await busyboxImage('interrupted')
})
afterAll(() => engine.getImage(busybox).remove({ force: true }))

let folder: string
const running = new Set<ChildProcess>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-test-run-'))
  for (const name of ['run-tests.ts', 'test', 'lib']) {
    cpSync(join(root, 'script', name), join(folder, 'script', name), { recursive: true })
  }
  write('script/bootstrap', '#!/bin/sh\nexit 0\n')
  write('.rehearsal/env', '')
  writeChecks({ 'check:types': 'true' })
  const projects = ['unit', 'integration', 'e2e'].map((name) => ({
    displayName: name,
    testMatch: [`**/${name}/*.test.cjs`],
    transform: {},
  }))
  write('jest.config.json', JSON.stringify({ projects, testTimeout: 600_000 }))
})

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  for (const pid of pids().filter(isAlive)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text, { mode: 0o755 })
}

function writeChecks(checks: Readonly<Record<string, string>>): void {
  const scripts = { ...checks, test: `${process.execPath} ${jest}` }
  write('package.json', JSON.stringify({ type: 'module', scripts }))
}

/** What the hanging test has started, and the process of jest that runs it, as far as they have written their numbers. */
const pids = (): readonly number[] =>
  ['shell', 'sleep', 'session', 'container', 'jest'].flatMap((name) => {
    const file = join(folder, 'unit', name)
    const number = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    return number === 0 ? [] : [number]
  })

/** Whether it runs; one that has ended, and was not waited for, does not. */
function isAlive(pid: number): boolean {
  try {
    return (
      execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' })
        .trim()
        .startsWith('Z') === false
    )
  } catch {
    return false
  }
}

type Command = readonly [string, ...string[]]

function start([program, ...args]: Command) {
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BUSYBOX: busybox },
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }))
  })
  return { child, ended, output: () => output }
}

async function hanging(command: Command) {
  write('unit/hangs.test.cjs', HANGS)
  const run = start(command)
  while (pids().length < 5) {
    if (run.child.exitCode !== null) throw new Error(`It ended before its test began:\n${run.output()}`)
    await delay(20)
  }
  expect(pids().every(isAlive)).toBe(true)
  return run
}

const RUNNER = [process.execPath, 'script/run-tests.ts'] as const

test.each([
  ['SIGINT', 130, 'the runner', RUNNER],
  ['SIGTERM', 143, 'the runner', RUNNER],
  ['SIGHUP', 129, 'the runner', RUNNER],
  ['SIGINT', 130, 'script/test', ['script/test', '--fast']],
  ['SIGTERM', 143, 'script/test', ['script/test', '--fast']],
] as const)('%s (exit code %i) to %s ends all that it has started', async (signal, code, _, command) => {
  const { child, ended } = await hanging(command)
  const started = pids()
  child.kill(signal)
  const { code: actual, output } = await ended
  expect(started.filter(isAlive)).toEqual([])
  expect(output).toContain(`Interrupted by ${signal}`)
  expect(actual).toBe(code)
})

test.each([
  ['the runner', RUNNER],
  ['script/test', ['script/test']],
] as const)('what %s has started ends when it is killed', async (_, command) => {
  const { child } = await hanging(command)
  child.kill('SIGKILL')
  while (pids().some(isAlive)) await delay(50)
})

test('a signal to script/test ends its bootstrap, too', async () => {
  write('script/bootstrap', '#!/bin/sh\n[ "$1" = --leave ] || { mkdir unit; echo $$ > unit/shell; sleep 1000; }\n')
  const { child, ended } = start(['script/test'])
  while (pids().length < 1) await delay(20)
  child.kill('SIGTERM')
  expect((await ended).code).toBe(143)
  expect(pids().filter(isAlive)).toEqual([])
})

test('a signal ends all checks that run side by side', async () => {
  const hangs = (name: string) => `mkdir -p unit; echo $$ > unit/${name}; exec sleep 1000`
  writeChecks({ 'check:types': hangs('shell'), 'check:lint': hangs('sleep') })
  const { child, ended } = start(RUNNER)
  while (pids().length < 2) await delay(20)
  child.kill('SIGTERM')
  expect((await ended).code).toBe(143)
  expect(pids().filter(isAlive)).toEqual([])
})

test('prints each check with all that it said, whether it failed or not', async () => {
  writeChecks({ 'check:lint': 'echo a rule is broken; exit 1', 'check:types': 'echo all is typed >&2' })
  write('unit/good.test.cjs', 'test("good", () => undefined)')
  const { code, output } = await start([...RUNNER, '--fast']).ended
  expect(code).toBe(1)
  expect(output).toContain('\n── check:lint failed\na rule is broken\n')
  expect(output).toContain('\n── check:types passed\nall is typed\n')
  expect(output).toMatch(/\n2 passed, 1 failed\n$/)
})

test('counts tests and failures, and names the slowest files', async () => {
  write('unit/good.test.cjs', 'test("good", () => undefined)')
  write('unit/bad.test.cjs', 'test("bad", () => { throw new Error("bad") })')
  write('e2e/good.test.cjs', 'test("good", () => undefined)')
  write('e2e/broken.test.cjs', 'this is no JavaScript')
  const { code, output } = await start(RUNNER).ended
  expect(code).toBe(1)
  expect(output).toMatch(/── The 10 slowest files\n( +\d+\.\d s {2}(unit|e2e)\/\w+\.test\.cjs\n){4}/)
  expect(output).toMatch(/\n✗ unit +1 passed, 1 failed\n✗ integration and e2e +1 passed, 1 failed\n/)
  expect(output).toMatch(/\n3 passed, 2 failed\n$/)

  const fast = await start([...RUNNER, '--fast']).ended
  expect(fast.output).toMatch(/\n2 passed, 1 failed\n$/)
})

test('names what tests leave behind, and ends it', async () => {
  write(
    'unit/leaves.test.cjs',
    `test('leaves', () => {
      require('node:child_process').spawn('sleep', ['4321'], { detached: true, stdio: 'ignore' }).unref()
    })`,
  )
  const { code, output } = await start([...RUNNER, '--fast']).ended
  expect(output).toContain('Tests left processes behind, which were ended:\nsleep 4321\n')
  expect(code).toBe(0)
})

test.each([
  ['the runner', RUNNER],
  ['script/test', ['script/test']],
] as const)('%s refuses an argument that it does not know', async (_, command) => {
  const { code, output } = await start([...command, '--quick']).ended
  expect(code).toBe(2)
  expect(output).toMatch(/--quick[\s\S]*Use: .*\[--fast\]/)
  expect(output).not.toContain('──')
})
