// When the gate looks, and how long it takes at most.
import fc from 'fast-check'
import { noAnswer } from '../../../../actions/datadog-event/src/api/datadog-error.ts'
import { watch } from '../../../../actions/datadog-event/src/gate/watch.ts'
import type { Snapshot } from '../../../../actions/datadog-event/src/monitors/snapshot.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { FakeClock } from '../../../support/clock.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const site = { name: 'x', api: '', intake: '', app: '' }
const state = (name: 'OK' | 'Warn'): Snapshot => ({
  takenAt: 0,
  results: [{ query: ['service:web'], monitors: [1] }],
  monitors: [
    {
      id: 1,
      name: 'm',
      overall: name,
      counts: { [name]: 1 },
      muted: 0,
      judged: 1,
      notable: name === 'OK' ? [] : [{ name: '*', state: name, since: 1e10, muted: false }],
    },
  ],
})

interface Watching {
  readonly bakeMs: number
  readonly prolongMs: number
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly consecutive?: number
  /** By how much the machine's clock is set during the first sleep. */
  readonly clockSetBy?: number
  /** How long each look takes, and what it shows; the last is repeated. */
  readonly looks: readonly { readonly takesMs: number; readonly shows: 'OK' | 'Warn' | 'error' }[]
}

async function watchFor({ looks, consecutive = 1, clockSetBy = 0, ...times }: Watching) {
  const clock = new FakeClock()
  let set = 0
  const machine = {
    now: () => clock.now() + set,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await clock.sleep(ms, signal)
      set = clockSetBy
    },
  }
  const start = clock.now()
  const at: number[] = []
  const watched = await watch(
    {
      command: 'gate',
      queries: [],
      onNoMonitors: 'fail',
      baseline: { takenAt: start, monitors: [] },
      plan: { bakeMs: times.bakeMs, prolongMs: times.prolongMs, consecutive },
      policy: { onWarn: 'hold', onNoData: 'hold' },
      intervalMs: times.intervalMs,
      timeoutMs: times.timeoutMs,
    },
    async (now, until) => {
      at.push(clock.now() - start)
      const look = looks[Math.min(at.length, looks.length) - 1]
      // As the client does: nothing is waited for beyond `until`.
      const late = now + (look?.takesMs ?? 0) > until
      await clock.sleep(Math.max(0, late ? until - now : (look?.takesMs ?? 0)))
      if (late || look?.shows === 'error') throw noAnswer('read', site, 'http://x/', new Error('no answer'))
      return state(look?.shows ?? 'OK')
    },
    { ...recordingWorld({}).world, clock: machine },
  )
  return { ...watched, at, took: clock.now() - start }
}

test('looks at once, every interval, and exactly at the end of the bake time', async () => {
  const looks = [{ takesMs: 0, shows: 'OK' }] as const
  expect(await watchFor({ bakeMs: 100, prolongMs: 50, intervalMs: 30, timeoutMs: 10, looks })).toMatchObject({
    result: { verdict: 'pass' },
    at: [0, 30, 60, 90, 100],
    took: 100,
  })
})

test('looks until the exact end of the prolonged time while a monitor holds the gate', async () => {
  const looks = [{ takesMs: 0, shows: 'Warn' }] as const
  expect(await watchFor({ bakeMs: 100, prolongMs: 45, intervalMs: 30, timeoutMs: 10, looks })).toMatchObject({
    result: { verdict: 'fail' },
    at: [0, 30, 60, 90, 100, 130, 145],
  })
})

test('a look that takes long does not end the bake time early', async () => {
  const looks = [{ takesMs: 250, shows: 'OK' }] as const
  const { at, result } = await watchFor({ bakeMs: 200, prolongMs: 500, intervalMs: 30, timeoutMs: 300, looks })
  expect({ at, verdict: result.verdict }).toEqual({ at: [0, 250], verdict: 'pass' })
})

test.each([3600_000, -3600_000])(
  'a clock that is set by %d ms makes the bake time neither shorter nor longer',
  async (ms) => {
    const looks = [{ takesMs: 0, shows: 'OK' }] as const
    const times = { bakeMs: 600_000, prolongMs: 60_000, intervalMs: 30_000, timeoutMs: 10_000 }
    const { result, took } = await watchFor({ ...times, clockSetBy: ms, looks })
    expect(result.verdict).toBe('pass')
    // The poll at the time when it is set may come one interval and one time limit off.
    expect(Math.abs(took - times.bakeMs)).toBeLessThanOrEqual(40_000)
  },
)

test('ends within bake time, prolonging and one look, whatever Datadog answers', async () => {
  const look = fc.record({
    takesMs: fc.integer({ min: 0, max: 400 }),
    shows: fc.constantFrom('OK' as const, 'Warn' as const, 'error' as const),
  })
  const watching = fc.record({
    bakeMs: fc.integer({ min: 0, max: 1000 }),
    prolongMs: fc.integer({ min: 0, max: 1000 }),
    intervalMs: fc.integer({ min: 1, max: 300 }),
    timeoutMs: fc.integer({ min: 1, max: 300 }),
    consecutive: fc.integer({ min: 1, max: 3 }),
    looks: fc.array(look, { minLength: 1, maxLength: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(watching, async (times) => {
      const { took, at, result } = await watchFor(times)
      expect(took).toBeLessThanOrEqual(times.bakeMs + times.prolongMs + times.timeoutMs)
      // It never passes before the bake time is over.
      if (result.verdict === 'pass') expect(at.at(-1)).toBeGreaterThanOrEqual(times.bakeMs)
    }),
  )
})

test('stops on a cancel', async () => {
  const cancellation = new AbortController()
  cancellation.abort(new CancelledError('stop'))
  const { world, clock } = recordingWorld({}, { signal: cancellation.signal })
  const watching = watch(
    {
      command: 'gate',
      queries: [],
      onNoMonitors: 'fail',
      baseline: { takenAt: 0, monitors: [] },
      plan: { bakeMs: 1000, prolongMs: 0, consecutive: 1 },
      policy: { onWarn: 'hold', onNoData: 'hold' },
      intervalMs: 10,
      timeoutMs: 10,
    },
    async () => state('OK'),
    world,
  )
  await expect(watching).rejects.toThrow(CancelledError)
  expect(clock.slept).toEqual([])
})
