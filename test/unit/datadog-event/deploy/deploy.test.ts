import { aggregationKey, agreed, distinct } from '../../../../actions/datadog-event/src/deploy/deploy.ts'

test('a value is agreed on if all that have one have the same', () => {
  expect(agreed(['a', undefined, '', 'a'])).toBe('a')
  expect(agreed(['a', 'b'])).toBeUndefined()
  expect(agreed([undefined])).toBeUndefined()
  expect(distinct(['b', undefined, 'a', '', 'b'])).toEqual(['b', 'a'])
})

describe('the aggregation key', () => {
  test('is the id where Datadog takes it', () => {
    expect(aggregationKey('x'.repeat(100))).toBe('x'.repeat(100))
  })

  test('of a longer id is its beginning and a hash, so that different ids differ', () => {
    const [a, b] = [aggregationKey(`${'x'.repeat(100)}a`), aggregationKey(`${'x'.repeat(100)}b`)]
    expect(a).toMatch(/^x{87}-[0-9a-f]{12}$/)
    expect(a).not.toBe(b)
  })
})
