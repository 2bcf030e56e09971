import { basic, parseBasic } from '../../../../actions/build-image/src/registry/credentials.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each([
  ['me:secret', { username: 'me', password: 'secret' }],
  ['AWS:with:colons:', { username: 'AWS', password: 'with:colons:' }],
  ['me:Grüße', { username: 'me', password: 'Grüße' }],
  ['me', { username: 'me', password: '' }],
])('%s is user name and password', (text, credentials) => {
  expect(parseBasic(base64(text))).toEqual(credentials)
})

test('the header of basic authentication is read back to the same credentials', () => {
  const credentials = { username: 'me', password: 'with:colons' }
  expect(basic(credentials)).toBe(`Basic ${base64('me:with:colons')}`)
  expect(parseBasic(basic(credentials).slice('Basic '.length))).toEqual(credentials)
})
