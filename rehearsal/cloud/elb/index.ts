import { type Operations, PerScope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../kernel/journal.ts'
import type { Network, Prober, TargetGroups } from '../ports.ts'
import { targetGroupsFor } from './for-ecs.ts'
import { HealthMonitor } from './health.ts'
import { Holdings } from './holdings.ts'
import { limitOperations } from './limits.ts'
import { listenerOperations } from './listeners.ts'
import { loadBalancerOperations } from './load-balancers.ts'
import type { Room } from './room.ts'
import { ruleOperations } from './rules.ts'
import { tagOperations } from './tags.ts'
import { targetGroupOperations } from './target-groups.ts'
import { targetOperations } from './targets.ts'
import { realTraffic } from './traffic/real.ts'
import { noTraffic } from './traffic/traffic.ts'
import { standInVpcs, type Vpcs } from './vpcs.ts'

export { probeOverHttp } from './probe.ts'
export { standInVpcs, type Vpcs, vpcsOf } from './vpcs.ts'

export interface ElbDeps {
  readonly clock: Clock
  readonly journal: Journal
  readonly prober: Prober
  readonly network: Network
  /** Subnets and security groups. Without, any subnet exists: see `standInVpcs`. */
  readonly vpcs?: Vpcs
}

export interface Elb {
  readonly operations: Operations
  readonly targetGroups: TargetGroups
  /** Ends all listeners and health checks, and writes the `traffic` summary. */
  close(): Promise<void>
}

/** Elastic Load Balancing v2, for all accounts and regions of the cloud. */
export function createElb({ clock, journal, prober, network, vpcs = standInVpcs }: ElbDeps): Elb {
  const accounts = new PerScope(() => new Holdings())
  const health = new HealthMonitor(clock, journal, prober)
  const traffic = network.carriesTraffic ? realTraffic(clock, journal) : noTraffic
  const room: Room = { clock, accounts, health, traffic, vpcs }
  return {
    operations: {
      ...loadBalancerOperations(room),
      ...listenerOperations(room),
      ...ruleOperations(room),
      ...targetGroupOperations(room),
      ...targetOperations(room),
      ...tagOperations(room),
      ...limitOperations(),
    },
    targetGroups: targetGroupsFor(accounts, health, journal),
    async close() {
      for (const holdings of accounts.values()) {
        for (const group of holdings.targetGroups.values()) health.halt(group)
        for (const listener of holdings.listeners.values()) await listener.close()
        for (const balancer of holdings.loadBalancers.values()) await balancer.release()
      }
      await traffic.close()
    },
  }
}
