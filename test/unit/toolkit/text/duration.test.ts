import { formatDuration } from '../../../../toolkit/text/duration.ts'

test.each([
  [850, '850 ms'],
  [12_400, '12 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [3_900_000, '1 h 5 min'],
])('formats %d ms as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected)
})
