import { wildcard } from '../../../../toolkit/text/wildcard.ts'

test('a star stands for any part, and everything else for itself', () => {
  expect(wildcard('release-*').test('release-1.2')).toBe(true)
  expect(wildcard('*.web').test('module.web')).toBe(true)
  expect(wildcard('a*c').test('ac')).toBe(true)
  expect(wildcard('a.c').test('abc')).toBe(false)
  expect(wildcard('aws_lb.this["*"]').test('aws_lb.this["a\nb"]')).toBe(true)
})

test('the whole text has to match', () => {
  expect(wildcard('web').test('web-2')).toBe(false)
  expect(wildcard('web').test('my-web')).toBe(false)
})
