import type { Scope } from '../../kernel/call.ts'
import type { Listener, LoadBalancer } from '../model.ts'
import { awsDnsName } from '../names.ts'

/** Address of a load balancer, and how to release it. */
export interface Address {
  readonly dnsName: string
  readonly release: () => Promise<void>
}

/** The traffic of load balancers. */
export interface Traffic {
  claimAddress(scope: Scope, name: string, scheme: LoadBalancer['scheme'], type: LoadBalancer['type']): Promise<Address>
  /** Starts to listen, and returns how to stop. Refuses a port that is not available. */
  listen(listener: Listener, port: number): Promise<() => Promise<void>>
  /** Ends all connections, and writes the `traffic` entries. */
  close(): Promise<void>
}

/** For simulated tasks: load balancers have DNS names as on AWS, and no traffic. */
export const noTraffic: Traffic = {
  async claimAddress(scope, name, scheme, type) {
    return { dnsName: awsDnsName(scope, name, scheme, type), release: async () => {} }
  },
  async listen() {
    return async () => {}
  },
  async close() {},
}
