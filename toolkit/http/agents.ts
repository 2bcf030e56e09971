import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createSecureContext, getCACertificates } from 'node:tls'
import type { Environment } from '../runtime.ts'
import { readProxySettings } from './proxy.ts'

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
}

/**
 * Agents that follow the environment's proxy settings.
 * @throws SlipwayError when a proxy's address cannot be used.
 */
export function openAgents(env: Environment, { certificates, ...settings }: AgentOptions): Agents {
  const proxy = readProxySettings(env)
  const options = { ...settings, ...(proxy === undefined ? {} : { proxyEnv: { ...proxy } }) }
  // One context for all connections: as `ca`, the certificates would be parsed for each, and be part of the pool's key.
  const trust =
    certificates === undefined
      ? {}
      : { secureContext: createSecureContext({ ca: [...getCACertificates('default'), certificates] }) }
  return { http: new HttpAgent(options), https: new HttpsAgent({ ...options, ...trust }) }
}
