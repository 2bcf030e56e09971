import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions as HttpsOptions } from 'node:https'
import { createSecureContext, getCACertificates } from 'node:tls'
import type { Environment } from '../runtime.ts'
import { isSubdomainWithPort, readProxySettings } from './proxy.ts'

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

export interface AgentOptions {
  /** For each host. */
  readonly maxSockets: number
  /** Whether to use a connection again. */
  readonly keepAlive: boolean
  /** Certificates to trust besides those that Node trusts (NODE_EXTRA_CA_CERTS is among those), in PEM. */
  readonly certificates?: string | undefined
  /** Accept any certificate. For a user who asks for that by name. */
  readonly insecure?: boolean
}

/**
 * Agents that follow the environment's proxy settings.
 * @throws SlipwayError when a proxy's address cannot be used.
 */
export function openAgents(env: Environment, { certificates, insecure = false, ...settings }: AgentOptions): Agents {
  const proxy = readProxySettings(env)
  const options = { ...settings, ...(proxy === undefined ? {} : { proxyEnv: { ...proxy } }) }
  // One context for all connections: as `ca`, the certificates would be parsed for each, and be part of the pool's key.
  const context =
    certificates === undefined
      ? {}
      : { secureContext: createSecureContext({ ca: [...getCACertificates('default'), certificates] }) }
  const trust = { ...context, ...(insecure ? { rejectUnauthorized: false } : {}) }
  return {
    http: new HttpAgent(options),
    https:
      proxy === undefined ? new HttpsAgent({ ...options, ...trust }) : new ProxyAgent(env, { ...options, ...trust }),
  }
}

/**
 * Connects directly where NO_PROXY says so in a way that Node does not know. For http there is no such agent, as a request is
 * written for the proxy before its agent is asked: there an entry with a port is that host alone.
 */
class ProxyAgent extends HttpsAgent {
  readonly #env: Environment
  readonly #direct: HttpsAgent

  constructor(env: Environment, { proxyEnv, ...options }: HttpsOptions) {
    super({ ...options, proxyEnv })
    this.#env = env
    this.#direct = new HttpsAgent(options)
  }

  override createConnection(...[options, callback]: Parameters<HttpsAgent['createConnection']>) {
    const direct = isSubdomainWithPort(this.#env, options.host ?? '', Number(options.port))
    return direct ? this.#direct.createConnection(options, callback) : super.createConnection(options, callback)
  }
}
