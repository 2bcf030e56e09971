import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { InFlight } from '../../../../actions/terraform-apply/src/terraform/in-flight.ts'
import { interrupt } from '../../../../actions/terraform-apply/src/terraform/interrupter.ts'
import type { StreamEvent } from '../../../../actions/terraform-apply/src/terraform/json-events.ts'
import { claiming, identify } from '../../../../actions/terraform-apply/src/terraform/process-identity.ts'
import type { Clock } from '../../../../toolkit/clock.ts'

const said = (type: string, at: number): StreamEvent => ({
  type,
  '@message': type,
  '@level': 'info',
  '@timestamp': new Date(at).toISOString(),
})
/** `at` is milliseconds since the epoch. */
const event = (type: string, action: string, addr: string, at = 0): StreamEvent => ({
  ...said(type, at),
  hook: { resource: { addr }, action },
})
const destroyed = (addr: string) => event('apply_start', 'delete', addr)
const planned = (action: string, addr: string): StreamEvent => ({
  ...said('planned_change', 0),
  change: { resource: { addr }, action },
})
const interrupted: StreamEvent = {
  ...said('log', 0),
  '@message': '\nInterrupt received.\nPlease wait for Terraform to exit or data loss may occur.',
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

  test('what is destroyed to be made anew is in flight until it is there again', () => {
    const inFlight = following(planned('replace', 'a.x'), planned('delete', 'a.y'), destroyed('a.x'), destroyed('a.y'))
    expect(inFlight.addresses).toEqual(['a.x'])
    inFlight.see(event('apply_complete', 'delete', 'a.x'))
    expect(inFlight.addresses).toEqual(['a.x'])
    inFlight.see(event('apply_start', 'create', 'a.x'))
    inFlight.see(event('apply_complete', 'create', 'a.x'))
    expect(inFlight.addresses).toEqual([])
  })

  test('what was made before it is destroyed is not, once it was made', () => {
    const inFlight = following(planned('replace', 'a.x'), event('apply_start', 'create', 'a.x'))
    expect(inFlight.addresses).toEqual(['a.x'])
    inFlight.see(event('apply_complete', 'create', 'a.x'))
    inFlight.see(destroyed('a.x'))
    expect(inFlight.addresses).toEqual([])
  })

  test('what was destroyed and not made anew was cut short', () => {
    const gone = [planned('replace', 'a.x'), destroyed('a.x'), event('apply_complete', 'delete', 'a.x')]
    expect(following(...gone, interrupted).cutShort).toEqual(['a.x'])
    expect(following(...gone).cutShort).toEqual([])
  })

  test('what is no operation on a resource is passed over', () => {
    const others: readonly StreamEvent[] = [
      { ...said('provision_start', 0), hook: { resource: { addr: 'a.x' } } },
      {
        ...said('action_start', 0),
        hook: { action: { addr: 'action.b.c' } } as unknown as NonNullable<StreamEvent['hook']>,
      },
      said('apply_start', 0),
    ]
    expect(following(...others).addresses).toEqual([])
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
      5000: () => say(event('apply_complete', 'create', 'a.x', 5_000)),
      // Too short to be seen under way.
      5500: () => say(event('apply_start', 'update', 'a.y', 5_450), event('apply_complete', 'update', 'a.y', 5_500)),
      6000: () => say(event('apply_start', 'delete', 'a.z')),
    })
    expect(await interruptedAt(clock, 60_000)).toBe(6_500)
  })

  test('does not wait where nothing has begun', async () => {
    say(planned('create', 'a.x'), said('refresh_start', 0))
    expect(await interruptedAt(clockWith(), 60_000)).toBe(0)
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
