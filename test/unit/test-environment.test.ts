import { isContext } from 'node:vm'

test('gives tests the globals of their own context, without a proxy', () => {
  expect(isContext(globalThis)).toBe(true)
})
