import { draw, parseDuration } from '../../../../../../rehearsal/cloud/runtimes/simulated/duration.ts'

test.each([
  ['500ms', 500, 500],
  ['3s', 3_000, 3_000],
  ['1.5m', 90_000, 90_000],
  ['1h', 3_600_000, 3_600_000],
  ['2s..5s', 2_000, 5_000],
  ['500ms .. 2s', 500, 2_000],
])('parses %s', (text, from, to) => {
  expect(parseDuration(text)).toEqual({ from, to })
})

test.each(['', '5', 's', '-1s', '5s..2s', '1d', '1s..'])('returns undefined for %j', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('draws from the whole range, and needs no random number for a fixed time', () => {
  expect(draw({ from: 10, to: 20 }, () => 0)).toBe(10)
  expect(draw({ from: 10, to: 20 }, () => 0.5)).toBe(15)
  const never = () => {
    throw new Error('drawn')
  }
  expect(draw({ from: 10, to: 10 }, never)).toBe(10)
})
