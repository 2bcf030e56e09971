import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { leftRunning, noteStart, waitFor } from '../../../../actions/terraform-apply/src/terraform/left-running.ts'
import { claimedBy, claiming, identify } from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'
import { systemClock } from '../../../../toolkit/clock.ts'
import type { Step } from '../../../../toolkit/step.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-claim-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What main has noted, as post finds it. */
function notes(): Step {
  const kept = new Map<string, string>()
  const report = {
    saveState: (name: string, value: string) => kept.set(name, value),
    state: (name: string) => kept.get(name) ?? '',
  }
  return report as unknown as Step
}

const starting = () => ({ command: 'Terraform apply', claim: join(folder, 'claim'), output: join(folder, 'log') })

test('a program that was started is found, and waited for, though nobody lived to see its process', async () => {
  const report = notes()
  noteStart(report, starting())
  const [shell, line] = claiming(starting().claim, 'sh', ['-c', 'sleep 0.3; touch done', 'with "quotes" and $signs'])
  const child = spawn(shell, line, { cwd: folder, stdio: 'ignore', detached: true })
  while (!readdirSync(folder).includes('claim')) await delay(5)
  const running = leftRunning(report)
  expect(running).toMatchObject({ pid: child.pid, identity: identify(child.pid ?? 0) })
  if (running !== undefined) await waitFor(running, () => {}, systemClock)
  expect(existsSync(join(folder, 'done'))).toBe(true)
})

test('a program that has not claimed its start when post looks never runs', () => {
  const report = notes()
  noteStart(report, starting())
  // Killed before the program had its turn: post comes first.
  expect(leftRunning(report)).toBeUndefined()
  const [shell, line] = claiming(starting().claim, 'touch', ['ran'])
  expect(spawnSync(shell, line, { cwd: folder }).status).not.toBe(0)
  expect(existsSync(join(folder, 'ran'))).toBe(false)
  expect(leftRunning(report)).toBeUndefined()
})

test('the program itself is the process that claimed, with its arguments as they are', () => {
  const args = ['a b', '$HOME', '"', "'", '']
  writeFileSync(join(folder, 'say.sh'), 'echo $$ >pid; printf "%s\\n" "$@" >arguments')
  const [shell, line] = claiming(join(folder, 'claim'), 'sh', ['say.sh', ...args])
  expect(spawnSync(shell, line, { cwd: folder, env: {} }).status).toBe(0)
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  expect(claimedBy(join(folder, 'claim'))?.pid).toBe(pid)
  expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe(`${args.join('\n')}\n`)
  expect(identify(pid)).toBeUndefined()
})

test('where the folder is gone, there is nothing to wait for', () => {
  expect(claimedBy(join(folder, 'gone', 'claim'))).toBeUndefined()
})
