import { CancelledError, TimedOutError } from '../../../toolkit/errors.ts'
import { poll } from '../../../toolkit/poll.ts'
import { FakeClock } from '../../support/clock.ts'

const options = (clock: FakeClock) => ({
  clock,
  timeoutMs: 10_000,
  delayMs: (look: number) => look * 1000,
  what: 'rain',
})

test('looks at once, then with growing pauses, until the look returns something', async () => {
  const clock = new FakeClock()
  const seen = await poll(async (count) => (count === 4 ? 'rain' : undefined), options(clock))
  expect(seen).toBe('rain')
  expect(clock.slept).toEqual([1000, 2000, 3000])
})

test('takes a last look at the deadline, and none after it', async () => {
  const clock = new FakeClock()
  const start = clock.now()
  const looks: number[] = []
  const never = poll(async () => {
    looks.push(clock.now() - start)
    return undefined
  }, options(clock))
  await expect(never).rejects.toThrow(new TimedOutError('Gave up on rain after 10 s.'))
  expect(looks).toEqual([0, 1000, 3000, 6000, 10_000])
})

test('returns what a look at the deadline finds', async () => {
  const clock = new FakeClock()
  const start = clock.now()
  await expect(poll(async () => (clock.now() - start === 10_000 ? 'late' : undefined), options(clock))).resolves.toBe(
    'late',
  )
})

test('stops at once on a cancel', async () => {
  const clock = new FakeClock()
  const cancellation = new AbortController()
  const looking = poll(
    async (count) => {
      if (count === 2) cancellation.abort(new CancelledError('enough'))
      return undefined
    },
    { ...options(clock), signal: cancellation.signal },
  )
  await expect(looking).rejects.toThrow('enough')
  expect(clock.slept).toEqual([1000])
})

test('throws the error of a look', async () => {
  await expect(poll(() => Promise.reject(new Error('denied')), options(new FakeClock()))).rejects.toThrow('denied')
})
