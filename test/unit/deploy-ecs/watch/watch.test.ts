import { pauseAfter } from '../../../../actions/deploy-ecs/src/watch/watch.ts'

test('looks are frequent at first, and never more than ten seconds apart (peer: DTD 872 waits up to ten minutes)', () => {
  expect([0, 59_999, 60_000, 300_000, 600_000, 3_600_000].map(pauseAfter)).toEqual([
    2000, 2000, 3000, 5000, 10_000, 10_000,
  ])
})
