import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

// The process of a rehearsal, whose cleanup does not end.
const module = join(import.meta.dirname, '../../../../rehearsal/rehearse/interruption.ts')
const SCRIPT = `
const { listenForInterruption } = await import(${JSON.stringify(module)})
const interruption = listenForInterruption('Its images stay.')
setInterval(() => undefined, 1000)
console.log('up')
await interruption.interrupted
console.log('interrupted', interruption.code(), interruption.signal.aborted)
`
const NODE = [process.execPath, '--input-type=module', '-e', SCRIPT] as const

const folder = mkdtempSync(join(tmpdir(), 'slipway-interruption-'))
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

async function start(command: readonly string[], up: string) {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  while (!output.includes(up)) await once(child.stdout, 'data')
  return { child, output: () => output }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s interrupts once, and a later one ends the process and says what stays', async (signal, code) => {
  const { child, output } = await start(NODE, 'up\n')
  const ended = once(child, 'exit')
  // The first ones come within a second, as npm sends them twice.
  while (child.exitCode === null && child.signalCode === null) {
    child.kill(signal)
    await delay(100)
  }
  expect(await ended).toEqual([code, null])
  expect(output()).toContain(`interrupted ${code} true\n`)
  expect(output()).toContain('Interrupted again. Its images stay.')
})

test('the end of the parent process interrupts', async () => {
  const [script, log] = [join(folder, 'script.mjs'), join(folder, 'log')]
  writeFileSync(script, SCRIPT)
  writeFileSync(log, '')
  const { child, output } = await start(
    ['sh', '-c', `${process.execPath} ${script} >>${log} 2>&1 & echo $!; wait`],
    '\n',
  )
  const pid = Number(output())
  while (!readFileSync(log, 'utf8').includes('up')) await delay(20)
  child.kill('SIGKILL')
  while (!readFileSync(log, 'utf8').includes('interrupted')) await delay(20)
  process.kill(pid, 'SIGKILL')
  expect(readFileSync(log, 'utf8')).toContain('interrupted 129 true\n')
})
