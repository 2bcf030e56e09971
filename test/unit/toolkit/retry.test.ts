import { CancelledError } from '../../../toolkit/errors.ts'
import { type RetryOptions, retry } from '../../../toolkit/retry.ts'
import { FakeClock } from '../../support/clock.ts'

const options = (clock: FakeClock, more: Partial<RetryOptions> = {}): RetryOptions => ({
  clock,
  attempts: 4,
  retryable: () => true,
  delayMs: 100,
  random: () => 1,
  ...more,
})

const failing = (times: number) => {
  const attempts: number[] = []
  return {
    attempts,
    task: async (attempt: number) => {
      attempts.push(attempt)
      if (attempt <= times) throw new Error(`attempt ${attempt}`)
      return 'done'
    },
  }
}

test('tries again with doubling pauses', async () => {
  const clock = new FakeClock()
  const { task, attempts } = failing(3)
  await expect(retry(task, options(clock))).resolves.toBe('done')
  expect(attempts).toEqual([1, 2, 3, 4])
  expect(clock.slept).toEqual([100, 200, 400])
})

test('throws the error of the last attempt', async () => {
  const clock = new FakeClock()
  await expect(retry(failing(9).task, options(clock))).rejects.toThrow('attempt 4')
  expect(clock.slept).toHaveLength(3)
})

test('does not retry an error that is not retryable', async () => {
  const clock = new FakeClock()
  await expect(retry(failing(9).task, options(clock, { retryable: () => false }))).rejects.toThrow('attempt 1')
  expect(clock.slept).toEqual([])
})

test('waits as long as the error says', async () => {
  const clock = new FakeClock()
  await retry(failing(1).task, options(clock, { retryable: () => ({ afterMs: 7000 }) }))
  expect(clock.slept).toEqual([7000])
})

test('jitters pauses by half, and keeps them below the limit', async () => {
  const clock = new FakeClock()
  await retry(failing(3).task, options(clock, { maxDelayMs: 150, random: () => 0 }))
  expect(clock.slept).toEqual([50, 75, 75])
})

test('calls onRetry after each failed attempt', async () => {
  const told: string[] = []
  const onRetry = (error: unknown, attempt: number, pause: number) => told.push(`${error} ${attempt} ${pause}`)
  await retry(failing(2).task, options(new FakeClock(), { onRetry }))
  expect(told).toEqual(['Error: attempt 1 1 100', 'Error: attempt 2 2 200'])
})

test('makes no attempt after a cancel', async () => {
  const { task, attempts } = failing(0)
  const signal = AbortSignal.abort(new CancelledError('stop'))
  await expect(retry(task, options(new FakeClock(), { signal }))).rejects.toThrow('stop')
  expect(attempts).toEqual([])
})

test('starts no pause that would end after `until`', async () => {
  const clock = new FakeClock()
  const { task } = failing(9)
  const until = clock.now() + 10_000
  const retryable = () => ({ afterMs: 4_000 })
  await expect(retry(task, options(clock, { retryable, until, attempts: 9 }))).rejects.toThrow('attempt 3')
  expect(clock.now()).toBeLessThan(until)
})
