import { parseChallenge } from '../../../../actions/build-image/src/registry/registry-auth.ts'

test('reads the challenge, and refuses to send a password without encryption', () => {
  const base = new URL('https://ghcr.io')
  expect(parseChallenge('Basic realm="x"', base)).toEqual({ kind: 'basic' })
  expect(parseChallenge('Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="a,b"', base)).toMatchObject({
    kind: 'bearer',
    service: 'ghcr.io',
  })
  expect(() => parseChallenge('Bearer realm="http://ghcr.io/token"', base)).toThrow('without encryption')
  expect(() => parseChallenge('Negotiate', base)).toThrow('neither Basic nor Bearer')
})
