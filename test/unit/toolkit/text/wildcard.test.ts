import { wildcard } from '../../../../toolkit/text/wildcard.ts'

test('matches any text with a star, and every other character literally', () => {
  expect(wildcard('release-*').test('release-1.2')).toBe(true)
  expect(wildcard('*.web').test('module.web')).toBe(true)
  expect(wildcard('a*c').test('ac')).toBe(true)
  expect(wildcard('a.c').test('abc')).toBe(false)
  expect(wildcard('aws_lb.this["*"]').test('aws_lb.this["a\nb"]')).toBe(true)
})

test('matches the whole text only', () => {
  expect(wildcard('web').test('web-2')).toBe(false)
  expect(wildcard('web').test('my-web')).toBe(false)
})
