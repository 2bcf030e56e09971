import { readRange } from '../../../../../../rehearsal/cloud/s3/request/conditions.ts'

test.each([
  ['bytes=0-9', { start: 0, end: 9 }],
  ['bytes=90-', { start: 90, end: 99 }],
  ['bytes=-5', { start: 95, end: 99 }],
  ['bytes=50-500', { start: 50, end: 99 }],
  [undefined, undefined],
  ['lines=1-2', undefined],
])('of 100 bytes, %s is %j', (header, range) => {
  expect(readRange(header, 100)).toEqual(range)
})

test('a range past the end is refused', () => {
  expect(() => readRange('bytes=100-', 100)).toThrow(/not satisfiable/)
})
