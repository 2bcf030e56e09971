import { endpointsOf, withNetwork } from '../../../../actions/terraform-apply/src/state/s3-network.ts'

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
  expect(withNetwork(env, { http_proxy: null, https_proxy: '' })).toEqual(env)
})

// HTTPProxyModeLegacy of aws-sdk-go-base, which Terraform's S3 backend uses.
test('the http_proxy of the backend is for HTTPS too, unless a proxy for it is set', () => {
  const config = { http_proxy: 'http://a:1' }
  expect(withNetwork({ https_proxy: '' }, config)).toMatchObject({ https_proxy: 'http://a:1' })
  expect(withNetwork({ https_proxy: 'http://b:1' }, config)).toMatchObject({ https_proxy: 'http://b:1' })
  expect(withNetwork({ HTTPS_PROXY: 'http://b:1' }, config)).not.toHaveProperty('https_proxy')
  expect(withNetwork({}, { ...config, https_proxy: null })).toMatchObject({ https_proxy: 'http://a:1' })
  expect(withNetwork({}, { ...config, https_proxy: '' })).not.toHaveProperty('https_proxy')
  expect(withNetwork({ http_proxy: 'http://c:1' }, {})).not.toHaveProperty('https_proxy')
})

test('only `true` chooses the endpoints: else the environment does', () => {
  expect(endpointsOf({ use_fips_endpoint: true, use_dualstack_endpoint: true })).toEqual({
    useFipsEndpoint: true,
    useDualstackEndpoint: true,
  })
  expect(endpointsOf({ use_fips_endpoint: false, use_dualstack_endpoint: null })).toEqual({})
})
