import { systemClock } from '../../../toolkit/clock.ts'
import { CancelledError } from '../../../toolkit/errors.ts'

test('ends a sleep at once on a cancel, with its reason', async () => {
  const cancellation = new AbortController()
  const sleeping = systemClock.sleep(60_000, cancellation.signal)
  cancellation.abort(new CancelledError('by the run'))
  await expect(sleeping).rejects.toThrow('by the run')
})
