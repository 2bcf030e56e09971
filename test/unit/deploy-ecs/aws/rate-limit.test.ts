import { RateLimiter } from '../../../../actions/deploy-ecs/src/aws/rate-limit.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { FakeClock } from '../../../support/clock.ts'

const limited = () => {
  const clock = new FakeClock(0)
  return { clock, limiter: new RateLimiter(clock, { burst: 2, perSecond: 4 }) }
}

test('allows a burst at once, then one call after the other', async () => {
  const { clock, limiter } = limited()
  for (let call = 0; call < 4; call++) await limiter.take()
  expect(clock.slept).toEqual([250, 250])
})

test('gives each of several that wait at once a later turn', async () => {
  const slept: number[] = []
  const stopped = { now: () => 0, sleep: async (ms: number) => void slept.push(ms) }
  const limiter = new RateLimiter(stopped, { burst: 2, perSecond: 4 })
  await Promise.all([1, 2, 3, 4, 5].map(() => limiter.take()))
  expect(slept).toEqual([250, 500, 750])
})

test('allows calls again as time passes, and never more than a burst', async () => {
  const { clock, limiter } = limited()
  for (let call = 0; call < 2; call++) await limiter.take()
  await clock.sleep(250)
  await limiter.take()
  await clock.sleep(3_600_000)
  clock.slept.length = 0
  for (let call = 0; call < 3; call++) await limiter.take()
  expect(clock.slept).toEqual([250])
})

test('stops waiting when the run is cancelled', async () => {
  const { limiter } = limited()
  const signal = AbortSignal.abort()
  for (let call = 0; call < 2; call++) await limiter.take(signal)
  await expect(limiter.take(signal)).rejects.toThrow(CancelledError)
})
