import { RateLimiter } from '../../../../actions/deploy-ecs/src/aws/rate-limit.ts'
import { FakeClock } from '../../../support/clock.ts'

test('calls keep to a rate: a burst at once, then one after the other', async () => {
  const clock = new FakeClock(0)
  const pace = new RateLimiter(clock, { burst: 2, perSecond: 4 })
  for (let call = 0; call < 4; call++) await pace.take()
  expect(clock.slept).toEqual([250, 250])
})
