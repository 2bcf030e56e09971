import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  leftRunning,
  saveEnd,
  saveStart,
  waitFor,
} from '../../../../actions/terraform-apply/src/terraform/left-running.ts'
import { announcing, identify } from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'
import { systemClock } from '../../../../toolkit/clock.ts'
import type { Step } from '../../../../toolkit/step.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-process-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Keeps state in memory. */
function memoryStep(): Step {
  const kept = new Map<string, string>()
  const step = {
    saveState: (name: string, value: string) => kept.set(name, value),
    state: (name: string) => kept.get(name) ?? '',
  }
  return step as unknown as Step
}

const command = () => ({ command: 'Terraform apply', link: join(folder, 'link'), output: join(folder, 'log') })

test('finds and awaits a command that was started just before main was killed', async () => {
  const step = memoryStep()
  saveStart(step, command())
  const [shell, line] = announcing(command().link, 'sh', [
    '-c',
    'until [ -e go ]; do sleep 0.01; done; touch done',
    'with "quotes" and $signs',
  ])
  const child = spawn(shell, line, { cwd: folder, stdio: 'ignore', detached: true })
  while (!readdirSync(folder).includes('link')) await delay(5)
  const running = leftRunning(step, folder)
  expect(running).toMatchObject({ pid: child.pid, identity: identify(child.pid ?? 0) })
  writeFileSync(join(folder, 'go'), '')
  if (running !== undefined) await waitFor(running, () => {}, systemClock)
  expect(existsSync(join(folder, 'done'))).toBe(true)
})

test('keeps a command that has not started from starting', () => {
  const step = memoryStep()
  saveStart(step, command())
  // Main was killed before the command became a process.
  expect(leftRunning(step, folder)).toBeUndefined()
  const [shell, line] = announcing(command().link, 'touch', ['ran'])
  expect(spawnSync(shell, line, { cwd: folder }).status).not.toBe(0)
  expect(existsSync(join(folder, 'ran'))).toBe(false)
  expect(leftRunning(step, folder)).toBeUndefined()
})

test('finds no command once its end was saved', () => {
  const step = memoryStep()
  saveStart(step, command())
  saveEnd(step)
  expect(leftRunning(step, folder)).toBeUndefined()
})

test.each(['link', 'output'] as const)('takes no command whose %s is outside of the folder of this action', (which) => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'slipway-elsewhere-'))
  const [shell, line] = announcing(command().link, 'true', [])
  spawnSync(shell, line)
  const step = memoryStep()
  saveStart(step, { ...command(), [which]: join(elsewhere, which) })
  expect(leftRunning(step, folder)).toBeUndefined()
  expect(readdirSync(elsewhere)).toEqual([])
  rmSync(elsewhere, { recursive: true })
})
