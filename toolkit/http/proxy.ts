// One rule for proxies: that of @actions/http-client, which GitHub's own actions follow (a test compares them). Its function
// reads the process's environment and answers for one URL; Node's agents want settings, and decide for each connection.
import { SlipwayError } from '../errors.ts'
import type { Environment } from '../runtime.ts'

/** Proxy settings as Node's agents read them from their option `proxyEnv`. */
export interface ProxySettings {
  readonly HTTP_PROXY?: string
  readonly HTTPS_PROXY?: string
  readonly NO_PROXY: string
}

/** Loopback never goes through a proxy. */
const LOOPBACK = ['localhost', '127.0.0.0-127.255.255.255', '::1']

/**
 * Reads https_proxy, http_proxy and no_proxy, or their upper-case forms; `undefined` where no proxy is set.
 * An entry of NO_PROXY is `*`, a host, which also stands for its subdomains, or `.suffix` for subdomains alone. Each may end in
 * `:port`; see `isSubdomainWithPort`.
 * @throws SlipwayError when a proxy's address cannot be used. It is not shown, as it may hold a password.
 */
export function readProxySettings(env: Environment): ProxySettings | undefined {
  const http = proxyAddress(env, 'HTTP_PROXY')
  const https = proxyAddress(env, 'HTTPS_PROXY')
  if (http === undefined && https === undefined) return undefined
  return {
    ...(http === undefined ? {} : { HTTP_PROXY: http }),
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    NO_PROXY: [...LOOPBACK, ...noProxyEntries(env)].join(','),
  }
}

function proxyAddress(env: Environment, name: 'HTTP_PROXY' | 'HTTPS_PROXY'): string | undefined {
  const value = env[name.toLowerCase()] || env[name]
  if (!value) return undefined
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const url = URL.parse(address)
  // Node ignores any other proxy without a word.
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href
  throw new SlipwayError(`The environment variable ${name} is not the address of an HTTP proxy.`, {
    hint: 'Write `http://host:port` or `http://user:password@host:port`, with special characters percent-encoded.',
  })
}

/**
 * Whether an entry of NO_PROXY with a port stands for this host because the host is a subdomain of the entry's. Node's agents
 * compare such an entry with the whole host alone.
 */
export function isSubdomainWithPort(env: Environment, host: string, port: number): boolean {
  const address = `.${host}:${port}`.toLowerCase()
  return listed(env).some((entry) => {
    const suffix = entry.replace(/^\.?/, '.').toLowerCase()
    return address !== suffix && address.endsWith(suffix)
  })
}

function noProxyEntries(env: Environment): readonly string[] {
  return listed(env).flatMap((entry) => {
    if (entry === '*') return ['*']
    // To Node a host is that host alone, and `.suffix` is the host `suffix`, too.
    if (entry.startsWith('.')) return [`*${entry}`]
    return [entry.replace(/^\[(.*)\]$/, '$1'), `*.${entry}`]
  })
}

const listed = (env: Environment): readonly string[] =>
  (env['no_proxy'] || env['NO_PROXY'] || '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
