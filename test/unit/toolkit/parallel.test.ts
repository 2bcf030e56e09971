import { setTimeout as delay } from 'node:timers/promises'
import { inParallel } from '../../../toolkit/parallel.ts'

test('runs a limited number of tasks at a time, and returns results in order', async () => {
  let running = 0
  let most = 0
  const results = await inParallel([5, 1, 3, 2, 4], 2, async (item) => {
    most = Math.max(most, ++running)
    await delay(item)
    running -= 1
    return item * 10
  })
  expect(results).toEqual([50, 10, 30, 20, 40])
  expect(most).toBe(2)
})

test('throws after a failure once all started tasks have ended, and starts no more', async () => {
  const [begun, ended]: [number[], number[]] = [[], []]
  const doing = inParallel([1, 2, 3, 4], 2, async (item) => {
    begun.push(item)
    if (item === 1) throw new Error('The first failed.')
    await delay(20)
    ended.push(item)
  })
  await expect(doing).rejects.toThrow('The first failed.')
  expect([begun, ended]).toEqual([[1, 2], [2]])
})
