import { defined, sortKeys } from '../../../toolkit/objects.ts'

test('leaves out members that are undefined, and keeps null, false, 0 and empty texts', () => {
  const members = defined({ none: undefined, nothing: null, off: false, zero: 0, text: '' })
  expect(Object.keys(members)).toEqual(['nothing', 'off', 'zero', 'text'])
})

test('sorts keys at any depth, and keeps the order of lists', () => {
  const sorted = sortKeys({ b: [{ z: 1, y: 2 }, 'b', 'a'], a: { d: null, c: true } })
  expect(JSON.stringify(sorted)).toBe('{"a":{"c":true,"d":null},"b":[{"y":2,"z":1},"b","a"]}')
})
