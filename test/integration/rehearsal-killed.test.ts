// A rehearsal that is killed cannot tidy up. Its cloud does: with all that it runs, and every container.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startCloudProcess } from '../../rehearsal/rehearse/setup/cloud-process.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'slipway-killed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Command lines of all processes that contain a text. */
const running = (what: string): readonly string[] =>
  execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(what))

test('the cloud of a rehearsal ends when the rehearsal is killed', async () => {
  const module = join(root, 'rehearsal/rehearse/setup/cloud-process.ts')
  const script = `const { startCloudProcess } = await import('${module}')
    await startCloudProcess('${folder}')
    console.log('up')`
  const rehearsal = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => rehearsal.stdout.once('data', resolve))
  expect(running(folder)).not.toEqual([])
  rehearsal.kill('SIGKILL')
  while (running(folder).length > 0) await delay(50)
  expect(readFileSync(join(folder, 'cloud.log'), 'utf8')).toContain(
    'The parent process has ended: stopping the rehearsal cloud.',
  )
})

test('a cloud that did not end as it should is reported with its output', async () => {
  const cloud = await startCloudProcess(folder, ['--runtime', 'simulated'])
  while (!readFileSync(join(folder, 'cloud.log'), 'utf8').includes('Stop it with')) await delay(50)
  const pids = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder))
  process.kill(Number.parseInt(pids[0] ?? '', 10), 'SIGKILL')
  await expect(cloud.stop()).rejects.toThrow(/did not end as it should \(SIGKILL\)[\s\S]*Stop it with Ctrl-C/)
})
