import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { endProcesses, RUN_VARIABLE } from '../../script/lib/process-family.ts'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** Starts a shell script in a session of its own. Resolves once it has said something. */
async function start(script: string, env: Readonly<Record<string, string>>) {
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], ...env },
  })
  started.push(child)
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  // Its output ends when its children have ended, too.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise((resolve) => child.stdout.resume().once('data', resolve))
  return { child, ended, closed }
}

const runOf = (name: string) => ({ [RUN_VARIABLE]: name })

test('ends the processes of one run by SIGTERM, and leaves those of others alone', async () => {
  const [run, other] = [randomUUID(), randomUUID()]
  const ours = await start('trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done', runOf(run))
  const theirs = await start('echo ready; exec sleep 1000', runOf(other))
  expect(await endProcesses(run, 600_000)).toContainEqual(expect.stringContaining('trap "exit 7" TERM'))
  expect(await ours.ended).toBe(7)
  expect(theirs.child.exitCode).toBeNull()
  expect(await endProcesses(other, 600_000)).toEqual(['sleep 1000'])
  expect(await theirs.ended).toBe('SIGTERM')
})

test('kills a process that ignores SIGTERM, once its time is over', async () => {
  const run = randomUUID()
  const { ended } = await start('trap "" TERM; echo ready; while :; do sleep 0.01; done', runOf(run))
  await endProcesses(run, 100)
  expect(await ended).toBe('SIGKILL')
})

test('ends children that have none of the environment, also when their parent ends before them', async () => {
  const run = randomUUID()
  const child = `trap "" TERM; echo ready; while :; do sleep 0.01; done`
  const { ended, closed } = await start(`env -i PATH="$PATH" sh -c '${child}' & wait`, runOf(run))
  await endProcesses(run, 100)
  expect(await ended).toBe('SIGTERM')
  await closed
})

test('returns at once when there is nothing to end', async () => {
  expect(await endProcesses(randomUUID(), 600_000)).toEqual([])
})
