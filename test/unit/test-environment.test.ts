import { isContext } from 'node:vm'

test('tests use the globals of their context itself, not those of a proxy', () => {
  expect(isContext(globalThis)).toBe(true)
})
