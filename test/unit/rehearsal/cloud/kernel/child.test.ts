import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ProgramMissing, startChild } from '../../../../../rehearsal/cloud/kernel/child.ts'

const child = fileURLToPath(new URL('../../../../../rehearsal/cloud/kernel/child.ts', import.meta.url))

const isRunning = (pid: number) =>
  spawnSync('ps', ['-o', 'stat=', '-p', String(pid)])
    .stdout.toString()
    .match(/^[^Z]/) !== null

test('a line that it says is found, also one that it said before', async () => {
  const program = startChild('sh', ['-c', 'echo ready on 42 >&2; sleep 600'])
  expect((await program.line(/ready on (\d+)/))[1]).toBe('42')
  expect((await program.line(/ready on (\d+)/))[1]).toBe('42')
  await program.end()
})

test('one that ends before it is ready is quoted', async () => {
  const program = startChild('sh', ['-c', 'echo no such luck; exit 3'])
  await expect(program.line(/ready/)).rejects.toThrow(/sh ended \(exit code 3\).*no such luck/s)
})

test('one that is not there is missing', async () => {
  await expect(startChild('no-such-program', []).line(/x/)).rejects.toThrow(ProgramMissing)
})

test('it is gone once it was ended', async () => {
  const program = startChild('sh', ['-c', 'echo pid $$; exec sleep 600'])
  const pid = Number((await program.line(/pid (\d+)/))[1])
  await program.end()
  expect(isRunning(pid)).toBe(false)
})

test('it does not outlive a parent that is killed', async () => {
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
