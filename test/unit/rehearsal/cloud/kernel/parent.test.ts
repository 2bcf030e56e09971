import { onParentEnd } from '../../../../../rehearsal/cloud/kernel/parent.ts'

test('tells once that this process has another parent', async () => {
  let parent = 4711
  let told = 0
  let looked = 0
  const looking = (times: number) =>
    new Promise<void>((resolve) => {
      const until = looked + times
      const look = setInterval(() => {
        if (looked < until && told === 0) return
        clearInterval(look)
        resolve()
      }, 1)
    })
  onParentEnd(
    () => {
      told += 1
    },
    () => {
      looked += 1
      return parent
    },
    1,
  )
  await looking(3)
  expect(told).toBe(0)
  parent = 1
  await looking(3)
  expect(told).toBe(1)
})
