import { Mask } from '../../../../../rehearsal/runner/commands/mask.ts'

function maskOf(...secrets: readonly string[]): Mask {
  const mask = new Mask()
  for (const secret of secrets) mask.add(secret)
  return mask
}

it('masks a secret, also as JSON, percent-encoded and in Base64', () => {
  const secret = 'pass"wörd/1'
  const mask = maskOf(secret)
  const forms = [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ].map((form) => mask.apply(`<${form}>`))
  expect(forms).toEqual(['<***>', '<"***">', '<***>', '<***>'])
})

it('masks each line of a secret, but not empty ones', () => {
  const mask = maskOf('first\r\n\nsecond\n')
  expect(mask.apply('a first b second c')).toBe('a *** b *** c')
  expect(maskOf('', ' \n').apply('a b')).toBe('a b')
})

it('masks the longer of two secrets first', () => {
  expect(maskOf('abc', 'abcdef').apply('abcdef abc')).toBe('*** ***')
})

it('finds a secret in a text', () => {
  expect(maskOf('abc').matches('xabcx')).toBe(true)
  expect(maskOf('abc').matches('ab')).toBe(false)
})
