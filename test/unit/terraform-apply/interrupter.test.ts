import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { claiming, identify } from '../../../actions/terraform-apply/src/claim.ts'
import { InFlight } from '../../../actions/terraform-apply/src/in-flight.ts'
import { interrupt } from '../../../actions/terraform-apply/src/interrupter.ts'
import type { StreamEvent } from '../../../actions/terraform-apply/src/stream.ts'
import type { Clock } from '../../../toolkit/clock.ts'

const event = (type: string, action: string, addr: string): StreamEvent => ({
  type,
  '@message': `${addr} ${type}`,
  '@level': 'info',
  '@timestamp': '2026-01-01T00:00:00Z',
  hook: { resource: { addr }, action },
})
const destroyed = (addr: string) => event('apply_start', 'delete', addr)
const planned = (action: string, addr: string): StreamEvent => ({
  type: 'planned_change',
  '@message': `${addr}: Plan to ${action}`,
  '@level': 'info',
  '@timestamp': '2026-01-01T00:00:00Z',
  change: { resource: { addr }, action },
})
const interrupted: StreamEvent = {
  type: 'log',
  '@message': '\nInterrupt received.\nPlease wait for Terraform to exit or data loss may occur.',
  '@level': 'info',
  '@timestamp': '2026-01-01T00:00:00Z',
}

describe('in flight', () => {
  const following = (...events: readonly StreamEvent[]) => {
    const inFlight = new InFlight()
    for (const each of events) inFlight.see(each)
    return inFlight
  }

  test.each(['create', 'update'])('is what has begun to be %sd and is not done', (action) => {
    const begun = [event('apply_start', action, 'a.x'), event('apply_start', action, 'a.y')]
    expect(following(...begun).addresses).toEqual(['a.x', 'a.y'])
    expect(following(...begun, event('apply_progress', action, 'a.x')).addresses).toEqual(['a.x', 'a.y'])
    expect(following(...begun, event('apply_complete', action, 'a.x')).addresses).toEqual(['a.y'])
    expect(following(...begun, event('apply_errored', action, 'a.y')).addresses).toEqual(['a.x'])
  })

  test.each(['read', 'delete'])('is nothing of kind %s', (action) => {
    expect(following(event('apply_start', action, 'a.x')).addresses).toEqual([])
  })

  test('what is destroyed to be made anew is in flight from its first operation', () => {
    const destroying = following(
      planned('replace', 'a.x'),
      planned('delete', 'a.y'),
      destroyed('a.x'),
      destroyed('a.y'),
    )
    expect(destroying.addresses).toEqual(['a.x'])
    // With create_before_destroy both at once.
    const both = following(planned('replace', 'a.x'), event('apply_start', 'create', 'a.x'), destroyed('a.x'))
    both.see(event('apply_complete', 'delete', 'a.x'))
    expect(both.addresses).toEqual(['a.x'])
  })

  test('only what fails after an interrupt was cut short', () => {
    const inFlight = following(
      event('apply_start', 'create', 'a.before'),
      event('apply_start', 'create', 'a.done'),
      event('apply_start', 'create', 'a.cut'),
      event('apply_start', 'delete', 'a.gone'),
      event('apply_errored', 'create', 'a.before'),
      interrupted,
      event('apply_complete', 'create', 'a.done'),
      event('apply_errored', 'create', 'a.cut'),
      event('apply_errored', 'delete', 'a.gone'),
    )
    expect(inFlight.cutShort).toEqual(['a.cut'])
  })
})

describe('the interrupter', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-interrupter-'))
    writeFileSync(join(folder, 'log'), '')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const say = (...events: readonly StreamEvent[]) =>
    appendFileSync(join(folder, 'log'), events.map((each) => `${JSON.stringify(each)}\n`).join(''))

  /** A clock whose seconds pass at once, and that has things happen at their time. */
  function clockWith(happenings: Readonly<Record<number, () => void>> = {}): Clock {
    let now = 0
    return {
      now: () => now,
      sleep: async (ms) => {
        now += ms
        happenings[now]?.()
      },
    }
  }

  /** Interrupts a program that lives until it is, and gives when it was, in milliseconds; `undefined` if it was not. */
  async function interruptedAt(clock: Clock, patienceMs: number): Promise<number | undefined> {
    const [shell, line] = claiming(join(folder, 'claim'), 'sleep', ['60'])
    const child = spawn(shell, line, { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
    while (!readdirSync(folder).includes('claim') || identify(child.pid ?? 0) === undefined) await delay(5)
    await interrupt({ claim: join(folder, 'claim'), output: join(folder, 'log'), patienceMs }, clock)
    const at = clock.now()
    setTimeout(() => child.kill('SIGKILL'), 5_000).unref()
    return (await ended) === 'SIGINT' ? at : undefined
  }

  test('waits for a second in which nothing is created or changed', async () => {
    say(event('apply_start', 'create', 'a.x'))
    const clock = clockWith({
      5000: () => say(event('apply_complete', 'create', 'a.x')),
      // Too short to be seen under way.
      5500: () => say(event('apply_start', 'update', 'a.y'), event('apply_complete', 'update', 'a.y')),
      6000: () => say(event('apply_start', 'delete', 'a.z')),
    })
    expect(await interruptedAt(clock, 60_000)).toBe(6_500)
  })

  test('does not wait for ever', async () => {
    say(event('apply_start', 'create', 'a.x'))
    expect(await interruptedAt(clockWith(), 60_000)).toBe(60_000)
  })

  test('leaves alone a program that did not start, and then never will', async () => {
    const order = { claim: join(folder, 'claim'), output: join(folder, 'log'), patienceMs: 60_000 }
    await interrupt(order, clockWith())
    expect(readdirSync(folder)).toContain('claim')
  })

  test('ends with the program', async () => {
    say(event('apply_start', 'create', 'a.x'))
    const [shell, line] = claiming(join(folder, 'claim'), 'true', [])
    const child = spawn(shell, line, { stdio: 'ignore' })
    await new Promise((resolve) => child.once('exit', resolve))
    const clock = clockWith()
    await interrupt({ claim: join(folder, 'claim'), output: join(folder, 'log'), patienceMs: 60_000 }, clock)
    expect(clock.now()).toBe(0)
  })
})
