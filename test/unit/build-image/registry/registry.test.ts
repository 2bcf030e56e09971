// The registry client against scripted answers: logins, redirects, and what is retried.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { digestOf } from '../../../../actions/build-image/src/image/digest.ts'
import { Registry } from '../../../../actions/build-image/src/registry/registry.ts'
import { type Http, type HttpAnswer, openHttp } from '../../../../toolkit/http/http.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { FakeClock } from '../../../support/clock.ts'
import { answerWithoutEnd, type Seen, scriptedServer } from '../../../support/scripted-server.ts'

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
    { http: openHttp({}), clock, log: quiet, signal: new AbortController().signal },
  )

const asked = () => server.seen.map(({ method, path }) => `${method} ${path}`)

test('fetches a token for the scope with the credentials, and uses it again', async () => {
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

test('sends no credentials, and looks for none, where the registry wants no login', async () => {
  answer = (_, response) => response.writeHead(200, { 'docker-content-digest': DIGEST }).end()
  expect(await open().resolve('web', 'v1')).toBe(DIGEST)
  expect(server.seen.some(({ headers }) => headers.authorization !== undefined)).toBe(false)
  expect(logins).toEqual([])
})

test('replaces expired credentials once, also for parallel requests, and gives up at the second refusal', async () => {
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

test.each([
  ['me', 'one', 'The registry refuses the login of `me`: check the user name, and its password or access token.'],
  [undefined, '', 'Log in to this registry'],
])('says of a 401 whether the login of %s is wrong or missing', async (user, password, hint) => {
  answer = (_, response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
  await expect(open(password).resolve('web', 'v1')).rejects.toMatchObject({
    status: 401,
    hint: expect.stringContaining(hint),
  })
  if (user !== undefined) expect(logins).toEqual([false, true])
})

test.each([
  `${DIGEST.slice(0, -9)}$(touch x)`,
  'sha256:aaaa$(touch x)',
  `${DIGEST}, ${DIGEST}`,
  `sha512:${'ab'.repeat(64)}`,
  '',
])('takes the digest of the manifest itself in place of the header %j', async (header) => {
  answer = ({ method }, response) =>
    response.writeHead(200, { 'docker-content-digest': header }).end(method === 'GET' ? 'manifest' : '')
  expect(await open().resolve('web', 'v1')).toBe(digestOf('manifest'))
})

test('refuses a digest other than the one that was asked for', async () => {
  answer = (_, response) =>
    response.writeHead(200, { 'docker-content-digest': `sha256:${'cd'.repeat(32)}` }).end('manifest')
  await expect(open().resolve('web', DIGEST)).rejects.toThrow('with content of digest')
})

test('sends no credentials along a redirect to another host', async () => {
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

test('looks for the credentials again at the next attempt when that failed', async () => {
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
    { http: openHttp({}), clock, log: quiet, signal: new AbortController().signal },
  )
  expect(await registry.resolve('web', 'v1')).toBe(DIGEST)
  expect(asked).toBe(3)
})

test.each<[string, OutgoingHttpHeaders, string]>([
  ['an address that cannot be read', { location: 'https://[registry' }, 'sends an upload to an address that cannot be'],
  ['no address', {}, 'accepts an upload, and names no address for it.'],
])('names the registry that answers an upload with %s', async (_, headers, message) => {
  answer = ({ method }, response) => void response.writeHead(method === 'HEAD' ? 404 : 202, headers).end()
  const blob = { digest: DIGEST, size: 4, open: () => Readable.from(['blob']) }
  await expect(open().putBlob('web', blob)).rejects.toThrow(`${new URL(server.url).host} ${message}`)
})

test('names the registry that redirects to an address that cannot be read', async () => {
  answer = (_, response) => void response.writeHead(307, { location: 'https://[storage' }).end()
  await expect(open().resolve('web', 'v1')).rejects.toThrow(
    `${new URL(server.url).host} redirects to an address that cannot be read.`,
  )
})

test.each(['http://registry.example.com/upload/1', 'http://registry.example.com:443/upload/1'])(
  'sends nothing without encryption when an upload is redirected to %s',
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

test('does not send a blob again that was sent ahead, and sends one that failed then with all attempts', async () => {
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

test('gets fresh credentials for a blob that is sent ahead', async () => {
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

test.each([400, 401, 403, 404, 405])('sends a blob whose mount is refused with %d', async (status) => {
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

test('retries a mount when the registry is busy', async () => {
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

test('sends a blob when no token is given for both repositories of a mount', async () => {
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

test('holds no connection after checking the permission to push, whatever the answer to the DELETE', async () => {
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

test('waits as long as 429 says, doubles the pauses at 500, and then fails with a next step', async () => {
  let count = 0
  answer = ({ path }, response) => {
    if (path === '/v2/') response.end()
    else if (count++ === 0) response.writeHead(429, { 'retry-after': '7' }).end()
    else response.writeHead(500).end('oh no')
  }
  await expect(open().checkPush('web')).rejects.toMatchObject({
    message: expect.stringMatching(/^Could not push to 127\.0\.0\.1:\d+\/web\. The registry says: 500 oh no$/),
    hint: expect.stringContaining('failed in every attempt'),
  })
  expect(count).toBe(5)
  expect(clock.slept[0]).toBe(7000)
  expect(clock.slept).toHaveLength(4)
})

test('names a host that is not a registry', async () => {
  answer = (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>nginx</html>')
  await expect(open().resolve('web', 'v1')).rejects.toMatchObject({
    message: expect.stringContaining('does not answer as a registry: 404'),
  })
})

test('refuses a small blob whose content has another digest', async () => {
  answer = (_, response) => response.end('changed')
  await expect(open().readBlob('web', DIGEST)).rejects.toMatchObject({
    message: expect.stringMatching(
      /^The registry answered a request for .*\/web@sha256:\w+ with content of digest sha256:/,
    ),
    hint: expect.stringContaining('Do not deploy from it.'),
  })
})

test.each([
  ['a manifest', 4, (registry: Registry) => registry.manifest('web', 'v1')],
  ['a small blob', 16, (registry: Registry) => registry.readBlob('web', DIGEST)],
  ['a list of errors', 4, (registry: Registry) => registry.checkPush('web')],
])('reads %s of up to %d MiB, and does not ask again for a larger one', async (_, most, ask) => {
  const closed: Promise<void>[] = []
  answer = ({ path, method }, response) => {
    if (path === '/v2/') return void response.end()
    response.writeHead(method === 'POST' ? 500 : 200)
    closed.push(answerWithoutEnd(response))
  }
  await expect(ask(open())).rejects.toThrow(`The answer of ${new URL(server.url).host} is larger than ${most} MiB.`)
  expect(closed).toHaveLength(1)
  await closed[0]
})

test('cuts off a redirect that does not end', async () => {
  let closed: Promise<void> | undefined
  answer = ({ path }, response) => {
    if (path === '/v2/' || path === '/storage') return void response.end('blob')
    response.writeHead(307, { location: '/storage' })
    closed = answerWithoutEnd(response)
  }
  expect(await text(await open().blob('web', DIGEST))).toBe('blob')
  await closed
})

test('looks for a blob', async () => {
  answer = ({ path }, response) => response.writeHead(path.includes('cdcd') ? 404 : 200).end()
  expect(await open().hasBlob('web', DIGEST)).toBe(true)
  expect(await open().hasBlob('web', DIGEST.replaceAll('ab', 'cd'))).toBe(false)
})
