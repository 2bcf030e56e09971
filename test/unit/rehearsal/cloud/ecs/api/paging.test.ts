import { pageOf, pageSize, refuseLargeBatch } from '../../../../../../rehearsal/cloud/ecs/api/paging.ts'

test('pages through a list with tokens', () => {
  const all = ['a', 'b', 'c', 'd', 'e']
  const first = pageOf(all, undefined, 2)
  const second = pageOf(all, first.nextToken, 2)
  const third = pageOf(all, second.nextToken, 2)
  expect([first, second, third].map(({ items }) => items)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  expect(third.nextToken).toBeUndefined()
  expect(pageOf(all, undefined, 5).nextToken).toBeUndefined()
})

test.each(['x', 'e30', Buffer.from('{"offset":-1}').toString('base64url')])('refuses the token %s', (token) => {
  expect(() => pageOf(['a'], token, 1)).toThrow('Invalid token.')
})

test('limits maxResults and batches', () => {
  expect(pageSize(undefined, 10)).toBe(10)
  expect(pageSize(100, 10)).toBe(100)
  for (const size of [0, 101, 1.5]) expect(() => pageSize(size, 10)).toThrow('between 1 and 100')
  expect(() => refuseLargeBatch('services', [], 10)).toThrow('services cannot be empty.')
  expect(() => refuseLargeBatch('services', Array(11), 10)).toThrow('services can have at most 10 items.')
  expect(() => refuseLargeBatch('services', Array(10), 10)).not.toThrow()
})
