// How the S3 backend is configured to reach AWS, for our own S3 client.
import { defined } from '../../../../toolkit/objects.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import { text } from './s3-credentials.ts'

type Config = Backend['config']

/**
 * The environment with the proxies and certificates of the backend, which go before its own. As in Terraform, the backend's
 * `http_proxy` is for HTTPS too where neither sets a proxy for it, but not with
 * `https_proxy = ""`.
 */
export const withNetwork = (env: Environment, config: Config): Environment => ({
  ...env,
  ...defined({
    http_proxy: text(config['http_proxy']),
    https_proxy: text(config['https_proxy'] ?? (hasHttpsProxy(env) ? undefined : config['http_proxy'])),
    no_proxy: text(config['no_proxy']),
    AWS_CA_BUNDLE: text(config['custom_ca_bundle']),
  }),
})

const hasHttpsProxy = (env: Environment): boolean => Boolean(env['https_proxy'] || env['HTTPS_PROXY'])

/** Which of AWS's endpoints to use. Only `true` says something: else the environment's settings apply. */
export const endpointsOf = ({ use_fips_endpoint, use_dualstack_endpoint }: Config) => ({
  ...(use_fips_endpoint === true ? { useFipsEndpoint: true } : {}),
  ...(use_dualstack_endpoint === true ? { useDualstackEndpoint: true } : {}),
})
