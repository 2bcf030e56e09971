// The registry client against scripted answers: logins, redirects, and what is retried.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { type Http, type HttpAnswer, http } from '../../../../actions/build-image/src/registry/http.ts'
import { Registry } from '../../../../actions/build-image/src/registry/registry.ts'
import { parseChallenge } from '../../../../actions/build-image/src/registry/registry-auth.ts'
import { isRetryable, RegistryError } from '../../../../actions/build-image/src/registry/registry-error.ts'
import { isLoopback, registryUrl } from '../../../../actions/build-image/src/registry/registry-url.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { FakeClock } from '../../../support/clock.ts'
import { type Seen, scriptedServer } from '../../../support/scripted-server.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const quiet = { info: () => {}, debug: () => {} } as unknown as Log
let server: Awaited<ReturnType<typeof scriptedServer>>
let clock: FakeClock
let answer: (seen: Seen, response: ServerResponse) => void
let logins: boolean[]

beforeEach(async () => {
  server = await scriptedServer((seen, response) => answer(seen, response))
  clock = new FakeClock()
  logins = []
})
afterEach(() => server.close())

const open = (password: string | undefined = 'one') =>
  new Registry(
    new URL(server.url).host,
    async ({ fresh = false } = {}) => {
      logins.push(fresh)
      return password === '' ? undefined : { username: 'me', password: fresh ? 'fresh' : password }
    },
    { http, clock, log: quiet, signal: new AbortController().signal },
  )

const asked = () => server.seen.map(({ method, path }) => `${method} ${path}`)

test('a token is fetched for the scope that is needed, with the credentials, and used again', async () => {
  answer = ({ path, query, headers }, response) => {
    if (path === '/token') {
      expect(headers.authorization).toBe(`Basic ${Buffer.from('me:one').toString('base64')}`)
      expect([query.get('service'), query.get('scope')]).toEqual(['test', 'repository:acme/web:pull'])
      response.end(JSON.stringify({ token: 't0k3n' }))
    } else if (headers.authorization !== 'Bearer t0k3n') {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${server.url}/token",service="test"` }).end()
    } else response.writeHead(200, { 'docker-content-digest': DIGEST }).end()
  }
  const registry = open()
  expect(await registry.resolve('acme/web', 'v1')).toBe(DIGEST)
  expect(await registry.resolve('acme/web', 'v2')).toBe(DIGEST)
  expect(asked()).toEqual([
    'GET /v2/',
    'GET /token',
    'HEAD /v2/acme/web/manifests/v1',
    'HEAD /v2/acme/web/manifests/v2',
  ])
})

test('a registry that wants no login gets none, and nobody is asked for one', async () => {
  answer = (_, response) => response.writeHead(200, { 'docker-content-digest': DIGEST }).end()
  expect(await open().resolve('web', 'v1')).toBe(DIGEST)
  expect(server.seen.some(({ headers }) => headers.authorization !== undefined)).toBe(false)
  expect(logins).toEqual([])
})

test('an expired token is replaced once, also for requests side by side; a second refusal is final', async () => {
  const basic = (password: string) => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`
  answer = ({ path, headers }, response) => {
    if (path === '/v2/') response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else if (headers.authorization === basic('fresh'))
      response.writeHead(path.includes('never') ? 403 : 200, { 'docker-content-digest': DIGEST }).end()
    else response.writeHead(403).end()
  }
  const registry = open()
  expect(await Promise.all(['v1', 'v2', 'v3'].map((tag) => registry.resolve('web', tag)))).toEqual([
    DIGEST,
    DIGEST,
    DIGEST,
  ])
  expect(logins).toEqual([false, true])
  await expect(registry.resolve('never', 'v1')).rejects.toMatchObject({
    status: 403,
    hint: expect.stringContaining('lack this permission'),
  })
})

test('credentials do not follow a redirect to another host', async () => {
  const elsewhere = await scriptedServer((_, response) => response.end('blob'))
  answer = ({ path }, response) => {
    if (path === '/v2/') response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else response.writeHead(307, { location: `${elsewhere.url}/storage` }).end()
  }
  const stream = await open().blob('web', DIGEST)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toBe('blob')
  expect(elsewhere.seen[0]?.headers.authorization).toBeUndefined()
  await elsewhere.close()
})

test('a login that fails is sought anew by the next attempt', async () => {
  answer = ({ headers }, response) => {
    if (headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
    else response.writeHead(200, { 'docker-content-digest': DIGEST }).end()
  }
  let asked = 0
  const registry = new Registry(
    new URL(server.url).host,
    async () => {
      if (asked++ < 2) throw Object.assign(new Error('AWS is away'), { code: 'ECONNRESET' })
      return { username: 'me', password: 'one' }
    },
    { http, clock, log: quiet, signal: new AbortController().signal },
  )
  expect(await registry.resolve('web', 'v1')).toBe(DIGEST)
  expect(asked).toBe(3)
})

test.each(['http://registry.example.com/upload/1', 'http://registry.example.com:443/upload/1'])(
  'nothing is sent without encryption where an upload is sent to %s',
  async (location) => {
    const sent: string[] = []
    const scripted: Http = async ({ method, url, headers = {} }) => {
      sent.push(`${method} ${url} ${headers['authorization'] ?? ''}`)
      const head =
        method === 'POST'
          ? { statusCode: 202, headers: { location } }
          : url.pathname === '/v2/'
            ? { statusCode: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
            : { statusCode: method === 'HEAD' ? 404 : 201, headers: {} }
      return Object.assign(Readable.from([]), head) as unknown as HttpAnswer
    }
    const world = { http: scripted, clock, log: quiet, signal: new AbortController().signal }
    const registry = new Registry('registry.example.com', async () => ({ username: 'me', password: 'one' }), world)
    const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['blob']) }
    await expect(registry.putBlob('web', blob)).rejects.toMatchObject({
      message: `registry.example.com redirects to ${new URL(location).origin}, without encryption.`,
      hint: expect.stringContaining('https'),
    })
    expect(sent.filter((line) => line.includes('http://'))).toEqual([])
    expect(sent.some((line) => line.startsWith('POST https://registry.example.com/v2/web/blobs/uploads/ Basic '))).toBe(
      true,
    )
  },
)

test('a blob that was sent ahead is not sent again; one that failed then is, with all its attempts', async () => {
  let failures = 0
  const puts: string[] = []
  const there = new Set<string>()
  answer = ({ method, path }, response) => {
    if (path === '/v2/') return response.end()
    const repository = path.split('/')[2] ?? ''
    if (method === 'HEAD') return response.writeHead(there.has(repository) ? 200 : 404).end()
    if (method === 'POST') return response.writeHead(202, { location: `${path}one` }).end()
    puts.push(path)
    if (failures-- > 0) return response.writeHead(500).end()
    there.add(repository)
    response.writeHead(201).end()
  }
  const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['1234']) }
  const registry = open()
  registry.sendAhead('web', blob)
  registry.sendAhead('web', blob)
  expect(await registry.putBlob('web', blob)).toBe('sent')
  expect(puts).toHaveLength(1)
  expect(await registry.putBlob('other', blob)).toBe('sent')

  failures = 3
  registry.sendAhead('broken', blob)
  expect(await registry.putBlob('broken', blob)).toBe('sent')
  expect(puts).toHaveLength(2 + 4)

  registry.sendAhead('swept', blob)
  await registry.putBlob('swept', blob)
  there.delete('swept')
  expect(await registry.putBlob('swept', blob)).toBe('sent')
  expect(puts).toHaveLength(6 + 2)
})

test('what goes ahead after hours gets a fresh login', async () => {
  const puts: string[] = []
  answer = ({ method, path, headers }, response) => {
    const fresh = headers.authorization === `Basic ${Buffer.from('me:fresh').toString('base64')}`
    if (path === '/v2/') return response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
    if (!fresh) return response.writeHead(401).end()
    if (method === 'HEAD') return response.writeHead(puts.length > 0 ? 200 : 404).end()
    if (method === 'POST') return response.writeHead(202, { location: `${path}one` }).end()
    puts.push(path)
    response.writeHead(201).end()
  }
  const registry = open()
  const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['1234']) }
  registry.sendAhead('web', blob)
  expect(await registry.putBlob('web', blob)).toBe('sent')
  expect([puts.length, logins]).toEqual([1, [false, true]])
})

test.each([400, 401, 403, 404, 405])('a blob that %d says is not to be had from elsewhere is sent', async (status) => {
  answer = ({ method, path, query }, response) => {
    if (path === '/v2/') response.end()
    else if (method === 'HEAD') response.writeHead(404).end()
    else if (query.has('mount')) response.writeHead(status).end('{"errors":[{"code":"DENIED"}]}')
    else response.writeHead(method === 'POST' ? 202 : 201, { location: `${path}one` }).end()
  }
  const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['"is"']) }
  expect(await open().putBlob('web', blob, 'secret')).toBe('sent')
  expect(clock.slept).toEqual([])
})

test('a registry that is busy when it is asked for a blob of elsewhere is asked again', async () => {
  let busy = [429, 503]
  answer = ({ method, path }, response) => {
    const [status, ...more] = busy
    if (path === '/v2/') response.end()
    else if (method === 'HEAD') response.writeHead(404).end()
    else response.writeHead(status ?? 201).end()
    if (method === 'POST') busy = more
  }
  const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['"is"']) }
  expect(await open().putBlob('web', blob, 'base')).toBe('mounted')
  expect(asked().filter((line) => line.startsWith('POST'))).toHaveLength(3)
})

test('a token that is refused for both repositories is no reason not to send', async () => {
  answer = ({ method, path, query, headers }, response) => {
    if (path === '/token') {
      const scopes = query.getAll('scope')
      response.writeHead(scopes.length === 1 ? 200 : 403).end(JSON.stringify({ token: scopes[0] ?? '' }))
    } else if (headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${server.url}/token",service="test"` }).end()
    else if (method === 'HEAD') response.writeHead(404).end()
    else response.writeHead(method === 'POST' ? 202 : 201, { location: `${path}one` }).end()
  }
  const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['"is"']) }
  expect(await open().putBlob('web', blob, 'secret')).toBe('sent')
})

test('asking for permission to push holds no connection, whatever comes of the upload that was begun', async () => {
  answer = ({ method, path }, response) => {
    if (path === '/v2/') response.end()
    else if (method === 'POST') response.writeHead(202, { location: `${path}one` }).end()
    else response.writeHead(405).end('{"errors":[{"code":"UNSUPPORTED"}]}')
  }
  const registry = open()
  for (const path of ['a', 'b', 'c', 'd', 'e']) await registry.checkPush(path)
  expect(asked().filter((line) => line.startsWith('DELETE'))).toHaveLength(5)
  expect(await server.connections()).toBeLessThan(5)
})

test('429 waits as long as it says, and 500 doubles its pauses; then it gives up with the next step', async () => {
  let count = 0
  answer = ({ path }, response) => {
    if (path === '/v2/') response.end()
    else if (count++ === 0) response.writeHead(429, { 'retry-after': '7' }).end()
    else response.writeHead(500).end('oh no')
  }
  await expect(open().checkPush('web')).rejects.toMatchObject({
    message: expect.stringMatching(/^Could not push to 127\.0\.0\.1:\d+\/web\. The registry says: 500 oh no$/),
    hint: expect.stringContaining('bad moment'),
  })
  expect(count).toBe(5)
  expect(clock.slept[0]).toBe(7000)
  expect(clock.slept).toHaveLength(4)
})

test('what is not a registry is said to be none', async () => {
  answer = (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>nginx</html>')
  await expect(open().resolve('web', 'v1')).rejects.toMatchObject({
    message: expect.stringContaining('does not answer as a registry: 404'),
  })
})

test('the challenge is read, and a password is never sent in the clear', () => {
  const base = new URL('https://ghcr.io')
  expect(parseChallenge('Basic realm="x"', base)).toEqual({ scheme: 'basic' })
  expect(parseChallenge('Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="a,b"', base)).toMatchObject({
    scheme: 'bearer',
    service: 'ghcr.io',
  })
  expect(() => parseChallenge('Bearer realm="http://ghcr.io/token"', base)).toThrow('without encryption')
  expect(() => parseChallenge('Negotiate', base)).toThrow('neither Basic nor Bearer')
})

test('plain HTTP is for this machine only', () => {
  expect(['localhost', '127.0.0.1', '127.9.8.7', '[::1]'].map(isLoopback)).toEqual([true, true, true, true])
  expect(['127.0.0.1.example.com', '10.0.0.1', 'ghcr.io', '1270.0.0.1'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
  ])
  expect([
    registryUrl('127.0.0.1:5000').href,
    registryUrl('10.0.0.1:5000').href,
    registryUrl('docker.io').href,
  ]).toEqual(['http://127.0.0.1:5000/', 'https://10.0.0.1:5000/', 'https://registry-1.docker.io/'])
})

test.each([400, 401, 403, 404, 405, 409, 413])('%d does not pass by itself', (status) => {
  expect(isRetryable(new RegistryError('no', { status, code: '' }))).toBe(false)
})

test.each([500, 502, 503, 504, 429])('%d may pass', (status) => {
  expect(isRetryable(new RegistryError('busy', { status, code: '' }))).toBe(true)
})

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'])(
  '%s may pass, also as a cause',
  (code) => {
    const error = Object.assign(new Error('x'), { code })
    expect([
      isRetryable(error),
      isRetryable(new Error('y', { cause: error })),
      isRetryable(new AggregateError([error])),
    ]).toEqual([true, true, true])
  },
)

test.each(['ENOTFOUND', 'CERT_HAS_EXPIRED', undefined])('%s does not', (code) => {
  expect(isRetryable(Object.assign(new Error('x'), { code }))).toBe(false)
})
