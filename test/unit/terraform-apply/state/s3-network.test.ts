import { endpointsOf, withNetwork } from '../../../../actions/terraform-apply/src/state/s3-network.ts'
import { readProxySettings } from '../../../../toolkit/http/proxy.ts'

test('the proxies and the certificates of the backend go before those of the environment', () => {
  const env = { HTTPS_PROXY: 'http://runner:1', no_proxy: '.corp', AWS_CA_BUNDLE: '/runner.pem', PATH: '/bin' }
  const config = { http_proxy: 'http://a:1', https_proxy: 'http://b:1', no_proxy: 'c', custom_ca_bundle: '/own.pem' }
  expect(withNetwork(env, config)).toEqual({
    ...env,
    http_proxy: 'http://a:1',
    https_proxy: 'http://b:1',
    no_proxy: 'c',
    AWS_CA_BUNDLE: '/own.pem',
  })
  expect(withNetwork(env, { http_proxy: null, https_proxy: null, no_proxy: '', custom_ca_bundle: '' })).toEqual(env)
})

// HTTPProxyModeLegacy of aws-sdk-go-base, which Terraform's S3 backend uses.
test('the http_proxy of the backend is for HTTPS too, unless a proxy for it is set', () => {
  const config = { http_proxy: 'http://a:1' }
  expect(withNetwork({ https_proxy: '' }, config)).toMatchObject({ https_proxy: 'http://a:1' })
  expect(withNetwork({ https_proxy: 'http://b:1' }, config)).toMatchObject({ https_proxy: 'http://b:1' })
  expect(withNetwork({ HTTPS_PROXY: 'http://b:1' }, config)).not.toHaveProperty('https_proxy')
  expect(withNetwork({}, { ...config, https_proxy: null })).toMatchObject({ https_proxy: 'http://a:1' })
  expect(withNetwork({ http_proxy: 'http://c:1' }, {})).not.toHaveProperty('https_proxy')
})

// Measured with Terraform 1.11: it connects directly, whatever proxy the environment has. An empty `no_proxy` and an empty
// `custom_ca_bundle` leave those of the environment.
test('an empty proxy of the backend is none, also beside one of the environment', () => {
  const env = { HTTPS_PROXY: 'http://b:1', https_proxy: 'http://b:1', HTTP_PROXY: 'http://b:1' }
  expect(readProxySettings(withNetwork(env, { https_proxy: '', http_proxy: '' }))).toBeUndefined()
  expect(readProxySettings(withNetwork(env, { https_proxy: '' }))).not.toHaveProperty('HTTPS_PROXY')
  expect(readProxySettings(withNetwork(env, { https_proxy: '', http_proxy: 'http://a:1' }))).toMatchObject({
    HTTP_PROXY: 'http://a:1/',
  })
  expect(readProxySettings(withNetwork({}, { https_proxy: '', http_proxy: 'http://a:1' }))).not.toHaveProperty(
    'HTTPS_PROXY',
  )
  expect(readProxySettings(withNetwork({ HTTPS_PROXY: 'http://b:1' }, { http_proxy: '' }))).toMatchObject({
    HTTPS_PROXY: 'http://b:1/',
  })
})

test('the profile of the backend is that of its certificates', () => {
  expect(withNetwork({ AWS_PROFILE: 'runner' }, { profile: 'states' })).toEqual({ AWS_PROFILE: 'states' })
  expect(withNetwork({ AWS_PROFILE: 'runner' }, { profile: null })).toEqual({ AWS_PROFILE: 'runner' })
})

test('only `true` chooses the endpoints: else the environment does', () => {
  expect(endpointsOf({ use_fips_endpoint: true, use_dualstack_endpoint: true })).toEqual({
    useFipsEndpoint: true,
    useDualstackEndpoint: true,
  })
  expect(endpointsOf({ use_fips_endpoint: false, use_dualstack_endpoint: null })).toEqual({})
})
