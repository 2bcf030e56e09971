import { withProxy } from '../../../../actions/assume-role/src/inputs/proxy-input.ts'
import { readProxySettings } from '../../../../toolkit/http/proxy.ts'

const ENVIRONMENT = { HTTPS_PROXY: 'http://old:1', https_proxy: 'http://old:2', NO_PROXY: 'old.test' }
const settings = (inputs: Readonly<Record<string, string>>) =>
  readProxySettings(withProxy({ env: { ...ENVIRONMENT, ...inputs } }).env)

test('the inputs stand in place of the proxy of the environment', () => {
  const found = settings({ 'INPUT_HTTP-PROXY': 'proxy.test:3128', 'INPUT_NO-PROXY': 'near.test' })
  expect(found).toMatchObject({ HTTP_PROXY: 'http://proxy.test:3128/', HTTPS_PROXY: 'http://proxy.test:3128/' })
  expect(found?.NO_PROXY).toContain('near.test')
  expect(found?.NO_PROXY).not.toContain('old.test')
})

test('without them the environment has its way', () => {
  expect(settings({ 'INPUT_HTTP-PROXY': '', 'INPUT_NO-PROXY': '' })).toEqual(readProxySettings(ENVIRONMENT))
})

test('a proxy that is none is refused without its password', () => {
  const wrong = () => settings({ 'INPUT_HTTP-PROXY': 'socks5://user:hunter2@proxy.test' })
  expect(wrong).toThrow('Input `http-proxy` is not the address of an HTTP proxy.')
  expect(wrong).not.toThrow('hunter2')
})
