import type { Scope } from '../../kernel/call.ts'
import type { Listener, LoadBalancer } from '../model.ts'
import { awsDnsName } from '../names.ts'

/** Where a load balancer answers, and how to give that up. */
export interface Address {
  readonly dnsName: string
  readonly release: () => Promise<void>
}

/** What carries a load balancer's traffic. */
export interface Traffic {
  claimAddress(scope: Scope, name: string, scheme: LoadBalancer['scheme'], type: LoadBalancer['type']): Promise<Address>
  /** Starts to listen; returns how to stop. Refuses a port that cannot be had. */
  listen(listener: Listener, port: number): Promise<() => Promise<void>>
  /** Ends all connections, and writes down what went through. */
  close(): Promise<void>
}

/** For simulated tasks: load balancers have names as in AWS, and get no traffic. */
export const noTraffic: Traffic = {
  async claimAddress(scope, name, scheme, type) {
    return { dnsName: awsDnsName(scope, name, scheme, type), release: async () => {} }
  },
  async listen() {
    return async () => {}
  },
  async close() {},
}
