import type { ServerResponse } from 'node:http'
import type { CredentialSource } from '../../../../actions/build-image/src/registry/credentials.ts'
import {
  openAuthorizer,
  parseChallenge,
  toPull,
  toPush,
} from '../../../../actions/build-image/src/registry/registry-auth.ts'
import { openHttp } from '../../../../toolkit/http/http.ts'
import { answerJson, type Seen, scriptedServer } from '../../../support/scripted-server.ts'

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

describe('an authorizer', () => {
  const user = (password: string) => ({ username: 'me', password })
  const basic = (password: string) => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`
  let server: Awaited<ReturnType<typeof scriptedServer>>
  let challenge: string
  let token: (seen: Seen, response: ServerResponse) => void
  beforeEach(async () => {
    server = await scriptedServer((seen, response) => {
      if (seen.path === '/token') token(seen, response)
      else response.writeHead(401, { 'www-authenticate': challenge }).end()
    })
    challenge = `Bearer realm="${server.url}/token",service="test"`
    token = ({ query, headers }, response) =>
      answerJson(response, 200, { token: `${query.getAll('scope').join('+')} for ${headers.authorization}` })
  })
  afterEach(() => server.close())

  const open = (credentials: CredentialSource) =>
    openAuthorizer(new URL(server.url), openHttp({}), credentials, new AbortController().signal)
  const asked = (path: string) => server.seen.filter((request) => request.path === path).length

  test('asks how to log in once, and for a token once for each set of scopes', async () => {
    const { header } = open(async () => user('one'))
    const both = [toPush('a'), toPull('b')]
    expect(await Promise.all([header([toPull('a')]), header([toPull('a')]), header(both)])).toEqual([
      `Bearer repository:a:pull for ${basic('one')}`,
      `Bearer repository:a:pull for ${basic('one')}`,
      `Bearer repository:a:pull,push+repository:b:pull for ${basic('one')}`,
    ])
    expect([asked('/v2/'), asked('/token')]).toEqual([1, 2])
  })

  test('asks for an anonymous token without credentials', async () => {
    expect(await open(async () => undefined).header([toPull('a')])).toBe('Bearer repository:a:pull for undefined')
  })

  test('reads a token by either of its names', async () => {
    token = (_, response) => answerJson(response, 200, { access_token: 'other' })
    expect(await open(async () => undefined).header([])).toBe('Bearer other')
  })

  test('sends the password itself where the registry wants Basic', async () => {
    challenge = 'Basic realm="x"'
    expect(await open(async () => user('one')).header([toPull('a')])).toBe(basic('one'))
    expect(await open(async () => undefined).header([toPull('a')])).toBeUndefined()
  })

  test('fetches fresh credentials after a refusal, once for all requests of the same generation', async () => {
    challenge = 'Basic realm="x"'
    const logins: boolean[] = []
    const authorizer = open(async ({ fresh = false } = {}) => {
      logins.push(fresh)
      return user(fresh ? 'two' : 'one')
    })
    expect(await authorizer.header([])).toBe(basic('one'))
    authorizer.renew(0)
    authorizer.renew(0)
    expect(authorizer.generation).toBe(1)
    expect(await authorizer.header([])).toBe(basic('two'))
    expect(logins).toEqual([false, true])
  })

  test.each([
    [undefined, 'Log in to this registry'],
    [user('wrong'), 'Check the user name `me`'],
  ])('names the scopes and the next step when a token is refused to %j, and asks again', async (login, hint) => {
    const grant = token
    token = (_, response) => answerJson(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'wrong' }] })
    const { header } = open(async () => login)
    await expect(header([toPush('a')])).rejects.toMatchObject({
      message: expect.stringMatching(/^Login for repository:a:pull,push was refused by 127\.0\.0\.1:\d+: 401 wrong$/),
      hint: expect.stringContaining(hint),
      status: 401,
      code: 'UNAUTHORIZED',
    })
    token = grant
    expect(await header([toPush('a')])).toContain('Bearer ')
  })
})
