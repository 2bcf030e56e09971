import { retryMissedLock } from '../../../../actions/terraform-apply/src/lock/lock-retry.ts'
import { fakeWorld } from '../fake-world.ts'

async function attempts(missedFirst: number) {
  let count = 0
  const { world } = fakeWorld()
  const result = await retryMissedLock(
    world,
    async () => ++count,
    (value) => value <= missedFirst,
  )
  return { count, result }
}

test('repeats a task until it does not miss the lock', async () => {
  expect(await attempts(0)).toEqual({ count: 1, result: 1 })
  expect(await attempts(2)).toEqual({ count: 3, result: 3 })
})

test('gives up after five attempts, with the last result', async () => {
  expect(await attempts(99)).toEqual({ count: 5, result: 5 })
})
