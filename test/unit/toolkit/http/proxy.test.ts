import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { openHttp } from '../../../../toolkit/http/http.ts'
import { readProxySettings } from '../../../../toolkit/http/proxy.ts'

const PROXY = 'http://proxy.corp:3128'

test.each<[string, Record<string, string>, object | undefined]>([
  ['no proxy', {}, undefined],
  ['no proxy, but hosts without one', { NO_PROXY: 'example.com' }, undefined],
  ['empty variables', { HTTPS_PROXY: '', HTTP_PROXY: '' }, undefined],
  ['a proxy for https', { HTTPS_PROXY: PROXY }, { HTTPS_PROXY: `${PROXY}/` }],
  ['a proxy for http', { http_proxy: PROXY }, { HTTP_PROXY: `${PROXY}/` }],
  ['both forms', { https_proxy: PROXY, HTTPS_PROXY: 'http://other:1' }, { HTTPS_PROXY: `${PROXY}/` }],
  ['no scheme', { HTTPS_PROXY: 'proxy.corp:3128' }, { HTTPS_PROXY: `${PROXY}/` }],
  ['TLS to the proxy', { HTTPS_PROXY: 'https://proxy.corp' }, { HTTPS_PROXY: 'https://proxy.corp/' }],
  ['a login', { HTTPS_PROXY: 'http://me:p%40ss@proxy:1' }, { HTTPS_PROXY: 'http://me:p%40ss@proxy:1/' }],
])('reads %s', (_, env, expected) => {
  const settings = readProxySettings(env)
  if (expected === undefined) expect(settings).toBeUndefined()
  else expect(settings).toEqual({ ...expected, NO_PROXY: expect.stringContaining('localhost') })
})

test.each(['socks5://me:secret@proxy:1080', 'http://', 'http://me:secret@pro xy'])(
  'refuses %s, and does not show it',
  (address) => {
    expect(() => readProxySettings({ HTTPS_PROXY: address })).toThrow(
      'The environment variable HTTPS_PROXY is not the address of an HTTP proxy.',
    )
  },
)

describe('which hosts go through the proxy', () => {
  // It refuses every tunnel and answers for every host, and keeps what it was asked for.
  let proxy: Server
  let asked: string[]
  beforeAll(async () => {
    proxy = createServer((request, response) => {
      asked.push(new URL(request.url ?? '').host)
      response.end()
    }).listen(0, '127.0.0.1')
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(url)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await once(proxy, 'listening')
  })
  beforeEach(() => {
    asked = []
  })
  afterAll(() => proxy.close())

  // Hosts under .invalid have no address, and nothing listens on port 1: what is asked directly fails at once.
  test.each<[string, string, boolean]>([
    ['', 'https://sts.example.invalid', true],
    ['', 'http://sts.example.invalid', true],
    ['', 'https://localhost:1', false],
    ['', 'https://127.0.0.1:1', false],
    ['', 'https://127.8.8.8:1', false],
    ['', 'https://[::1]:1', false],
    ['*', 'https://sts.example.invalid', false],
    ['sts.example.invalid', 'https://sts.example.invalid', false],
    ['STS.Example.Invalid', 'https://sts.example.invalid', false],
    ['example.invalid', 'https://sts.example.invalid', false],
    ['example.invalid', 'http://sts.example.invalid', false],
    ['.example.invalid', 'https://sts.example.invalid', false],
    ['.example.invalid', 'https://example.invalid', true],
    ['ple.invalid', 'https://example.invalid', true],
    ['.ple.invalid', 'https://example.invalid', true],
    ['example.invalid:443', 'https://example.invalid', false],
    ['example.invalid:8443', 'https://example.invalid', true],
    ['Example.invalid:443', 'https://sts.example.invalid', false],
    ['example.invalid:443', 'https://sts.example.invalid:8443', true],
    ['ple.invalid:443', 'https://example.invalid', true],
    ['.example.invalid:443', 'https://sts.example.invalid', false],
    ['.example.invalid:443', 'https://example.invalid', true],
    ['example.invalid:80', 'http://example.invalid', false],
    ['example.invalid:8443', 'https://example.invalid:8443', false],
    ['other.invalid, example.invalid', 'https://example.invalid', false],
    ['other.invalid,,', 'https://example.invalid', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.1.2.3', 'https://10.1.2.4', true],
  ])('NO_PROXY=%s: %s through it is %s, as @actions/http-client has it', async (noProxy, url, expected) => {
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const env = { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: noProxy }
    expect(inProcess(env, () => getProxyUrl(new URL(url)) !== undefined)).toBe(expected)
    await openHttp(env, { keepAlive: false })({ method: 'GET', url: new URL(url) }).then(
      (answer) => answer.resume(),
      () => {},
    )
    expect(asked).toHaveLength(expected ? 1 : 0)
  })
})

/** Runs `task` with the proxy variables of `env` in the process's environment. */
function inProcess<T>(env: Readonly<Record<string, string>>, task: () => T): T {
  const before = { ...process.env }
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) delete process.env[name]
  Object.assign(process.env, env)
  try {
    return task()
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
