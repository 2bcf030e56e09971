// The expected arguments are those of the Docker CLI, cli/config/configfile: ParseProxyConfig.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { proxyArguments } from '../../../../actions/build-image/src/engine/build-proxies.ts'
import { recordingWorld } from '../../../support/datadog-event/datadog.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-docker-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The arguments with these proxies in Docker's configuration. */
function args(
  proxies: unknown,
  given: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: {}, proxies }))
  const { world, masked } = recordingWorld({ DOCKER_CONFIG: folder, ...env })
  const pairs = Object.entries(given).map(([key, value]) => ({ key, value }))
  return {
    args: Object.fromEntries(proxyArguments(pairs, world).map(({ key, value }) => [key, value])),
    masked,
  }
}

test('each proxy of the default becomes two arguments', () => {
  const proxies = {
    httpProxy: 'http://p:1',
    httpsProxy: 'http://p:2',
    noProxy: '.corp',
    ftpProxy: '',
    allProxy: 'socks5://p:3',
  }
  expect(args({ default: proxies }).args).toEqual({
    HTTP_PROXY: 'http://p:1',
    http_proxy: 'http://p:1',
    HTTPS_PROXY: 'http://p:2',
    https_proxy: 'http://p:2',
    NO_PROXY: '.corp',
    no_proxy: '.corp',
    ALL_PROXY: 'socks5://p:3',
    all_proxy: 'socks5://p:3',
  })
})

test('the proxies of this engine go before the default', () => {
  const proxies = { default: { httpProxy: 'http://p:1' }, 'tcp://127.0.0.1:2375': { httpProxy: 'http://p:2' } }
  expect(args(proxies, {}, { DOCKER_HOST: 'tcp://127.0.0.1:2375' }).args).toEqual({
    HTTP_PROXY: 'http://p:2',
    http_proxy: 'http://p:2',
  })
  expect(args(proxies, {}, { DOCKER_HOST: '' }).args).toMatchObject({ HTTP_PROXY: 'http://p:1' })
})

test('an argument of the input goes before its proxy', () => {
  const proxies = { default: { httpProxy: 'http://p:1' } }
  expect(args(proxies, { HTTP_PROXY: '' }).args).toEqual({ http_proxy: 'http://p:1' })
})

test('masks the password of a proxy, as it is written and as it is read', () => {
  expect(args({ default: { httpProxy: 'http://me:p%40ss@p:1' } }).masked).toEqual(['p%40ss', 'p@ss'])
})

test('masks the password of a proxy without a scheme', () => {
  const { args: found, masked } = args({ default: { httpsProxy: 'me:secret@p:1' } })
  expect(found).toEqual({ HTTPS_PROXY: 'me:secret@p:1', https_proxy: 'me:secret@p:1' })
  expect(masked).toEqual(['secret'])
})

test.each([undefined, null, 'http://p:1', [], { default: 'http://p:1' }, { default: { httpProxy: 1 } }])(
  'takes nothing from %j',
  (proxies) => {
    expect(args(proxies).args).toEqual({})
  },
)
