import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ProgramMissing, startChild } from '../../../../../rehearsal/cloud/kernel/child.ts'

const child = fileURLToPath(new URL('../../../../../rehearsal/cloud/kernel/child.ts', import.meta.url))

const isRunning = (pid: number) =>
  spawnSync('ps', ['-o', 'stat=', '-p', String(pid)])
    .stdout.toString()
    .match(/^[^Z]/) !== null

test('waits for a line of output, also for an earlier one', async () => {
  const program = startChild('sh', ['-c', 'echo ready on 42 >&2; exec sleep 600'])
  expect((await program.line(/ready on (\d+)/))[1]).toBe('42')
  expect((await program.line(/ready on (\d+)/))[1]).toBe('42')
  await program.end()
})

test('an early exit is reported with its output', async () => {
  const program = startChild('sh', ['-c', 'echo no such luck; exit 3'])
  await expect(program.line(/ready/)).rejects.toThrow(/sh ended \(exit code 3\).*no such luck/s)
})

test('a missing program is reported', async () => {
  await expect(startChild('no-such-program', []).line(/x/)).rejects.toThrow(ProgramMissing)
})

test('the process is gone after end()', async () => {
  const program = startChild('sh', ['-c', 'echo pid $$; exec sleep 600'])
  const pid = Number((await program.line(/pid (\d+)/))[1])
  await program.end()
  expect(isRunning(pid)).toBe(false)
})

test('the process ends when its parent is killed', async () => {
  const script = `
    import { startChild } from ${JSON.stringify(child)}
    const [line] = await startChild('sh', ['-c', 'echo pid $$; exec sleep 600']).line(/pid \\d+/)
    console.log(line)
    process.kill(process.pid, 'SIGKILL')`
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script])
  expect(signal).toBe('SIGKILL')
  const pid = Number(/pid (\d+)/.exec(stdout.toString())?.[1])
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 50))
})
