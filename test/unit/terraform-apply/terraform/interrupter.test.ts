import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { interrupt } from '../../../../actions/terraform-apply/src/terraform/interrupter.ts'
import type { StreamEvent } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'
import { announcing, identify } from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'
import type { Clock } from '../../../../toolkit/clock.ts'

const base = (type: string, at: number): StreamEvent => ({
  type,
  '@message': type,
  '@level': 'info',
  '@timestamp': new Date(at).toISOString(),
})
/** `at` is milliseconds since the epoch. */
const event = (type: string, action: string, addr: string, at = 0): StreamEvent => ({
  ...base(type, at),
  hook: { resource: { addr }, action },
})
const planned = (action: string, addr: string): StreamEvent => ({
  ...base('planned_change', 0),
  change: { resource: { addr }, action },
})

describe('the interrupter', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-interrupter-'))
    writeFileSync(join(folder, 'log'), '')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const print = (...events: readonly StreamEvent[]) =>
    appendFileSync(join(folder, 'log'), events.map((each) => `${JSON.stringify(each)}\n`).join(''))

  /** A clock whose `sleep` returns at once, and that runs functions at their time. */
  function clockWith(events: Readonly<Record<number, () => void>> = {}): Clock {
    let now = 0
    return {
      now: () => now,
      sleep: async (ms) => {
        now += ms
        events[now]?.()
      },
    }
  }

  /** Time of the clock at which a running program is interrupted, in milliseconds; `undefined` when it is not. */
  async function interruptedAt(clock: Clock, patienceMs: number): Promise<number | undefined> {
    const [shell, line] = announcing(join(folder, 'link'), 'sleep', ['60'])
    const child = spawn(shell, line, { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    while (!readdirSync(folder).includes('link') || identify(child.pid ?? 0) === undefined) await delay(5)
    await interrupt({ link: join(folder, 'link'), output: join(folder, 'log'), patienceMs }, clock)
    const at = clock.now()
    setTimeout(() => child.kill('SIGKILL'), 5_000).unref()
    return (await ended) === 'SIGINT' ? at : undefined
  }

  test('waits for a second in which nothing is created or changed', async () => {
    print(event('apply_start', 'create', 'a.x'))
    const clock = clockWith({
      5000: () => print(event('apply_complete', 'create', 'a.x', 5_000)),
      // Too short to be seen in progress.
      5500: () => print(event('apply_start', 'update', 'a.y', 5_450), event('apply_complete', 'update', 'a.y', 5_500)),
      6000: () => print(event('apply_start', 'delete', 'a.z')),
    })
    expect(await interruptedAt(clock, 60_000)).toBe(6_500)
  })

  test('interrupts at once when nothing has started', async () => {
    print(planned('create', 'a.x'), base('refresh_start', 0))
    expect(await interruptedAt(clockWith(), 60_000)).toBe(0)
  })

  test('interrupts when the time limit is over', async () => {
    print(event('apply_start', 'create', 'a.x'))
    expect(await interruptedAt(clockWith(), 60_000)).toBe(60_000)
  })

  test('keeps a program that has not started from starting', async () => {
    const order = { link: join(folder, 'link'), output: join(folder, 'log'), patienceMs: 60_000 }
    await interrupt(order, clockWith())
    expect(readdirSync(folder)).toContain('link')
  })

  test('returns when the program has ended', async () => {
    print(event('apply_start', 'create', 'a.x'))
    const [shell, line] = announcing(join(folder, 'link'), 'true', [])
    const child = spawn(shell, line, { stdio: 'ignore' })
    await new Promise((resolve) => child.once('exit', resolve))
    const clock = clockWith()
    await interrupt({ link: join(folder, 'link'), output: join(folder, 'log'), patienceMs: 60_000 }, clock)
    expect(clock.now()).toBe(0)
  })
})
