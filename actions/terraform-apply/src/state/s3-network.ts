// How the S3 backend is configured to reach AWS, for our own S3 client.
import { defined } from '../../../../toolkit/objects.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import { text } from './s3-credentials.ts'

type Config = Backend['config']

/**
 * The environment with the proxies, certificates and profile of the backend, which go before its own. As in Terraform, the
 * backend's `http_proxy` is for HTTPS too where neither sets a proxy for it, an empty proxy means a direct connection, and an
 * empty `no_proxy` or `custom_ca_bundle` is none of the backend's.
 */
export const withNetwork = (env: Environment, config: Config): Environment => ({
  ...env,
  ...proxy('http_proxy', config['http_proxy']),
  ...proxy('https_proxy', config['https_proxy'] ?? (hasHttpsProxy(env) ? undefined : text(config['http_proxy']))),
  ...defined({
    no_proxy: text(config['no_proxy']),
    AWS_CA_BUNDLE: text(config['custom_ca_bundle']),
    AWS_PROFILE: text(config['profile']),
  }),
})

/** Both forms of the variable where the proxy is empty: the one in upper case would stand in for the other. */
const proxy = (name: string, value: unknown): Environment =>
  typeof value !== 'string' ? {} : { [name]: value, ...(value === '' ? { [name.toUpperCase()]: '' } : {}) }

const hasHttpsProxy = (env: Environment): boolean => Boolean(env['https_proxy'] || env['HTTPS_PROXY'])

/** Which of AWS's endpoints to use. Only `true` says something: else the environment's settings apply. */
export const endpointsOf = ({ use_fips_endpoint, use_dualstack_endpoint }: Config) => ({
  ...(use_fips_endpoint === true ? { useFipsEndpoint: true } : {}),
  ...(use_dualstack_endpoint === true ? { useDualstackEndpoint: true } : {}),
})
