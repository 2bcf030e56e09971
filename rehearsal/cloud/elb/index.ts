import type { Network, Prober, TargetGroups } from '../interfaces.ts'
import { type Operations, PerScope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../kernel/journal.ts'
import { limitOperations } from './api/account-limits.ts'
import { listenerOperations } from './api/listeners.ts'
import { loadBalancerOperations } from './api/load-balancers.ts'
import { ruleOperations } from './api/rules.ts'
import { tagOperations } from './api/tags.ts'
import { targetGroupOperations } from './api/target-groups.ts'
import { targetOperations } from './api/targets.ts'
import type { ElbContext } from './context.ts'
import { targetGroupsFor } from './ecs-target-groups.ts'
import { HealthMonitor } from './health/monitor.ts'
import { Resources } from './resources.ts'
import { realTraffic } from './traffic/socket-traffic.ts'
import { noTraffic } from './traffic/traffic.ts'
import { simulatedVpcs, type Vpcs } from './vpcs.ts'

export { probeOverHttp } from './health/probe.ts'
export { simulatedVpcs, type Vpcs, vpcsOf } from './vpcs.ts'

export interface ElbDeps {
  readonly clock: Clock
  readonly journal: Journal
  readonly prober: Prober
  readonly network: Network
  /** Subnets and security groups. Default: `simulatedVpcs`, where any subnet exists. */
  readonly vpcs?: Vpcs
}

export interface Elb {
  readonly operations: Operations
  readonly targetGroups: TargetGroups
  /** Ends all listeners and health checks, and writes the `traffic` summary. */
  close(): Promise<void>
}

/** Elastic Load Balancing v2, for all accounts and regions of the cloud. */
export function createElb({ clock, journal, prober, network, vpcs = simulatedVpcs }: ElbDeps): Elb {
  const accounts = new PerScope(() => new Resources())
  const health = new HealthMonitor(clock, journal, prober)
  const traffic = network.carriesTraffic ? realTraffic(clock, journal) : noTraffic
  const elb: ElbContext = { clock, accounts, health, traffic, vpcs }
  return {
    operations: {
      ...loadBalancerOperations(elb),
      ...listenerOperations(elb),
      ...ruleOperations(elb),
      ...targetGroupOperations(elb),
      ...targetOperations(elb),
      ...tagOperations(elb),
      ...limitOperations(),
    },
    targetGroups: targetGroupsFor(accounts, health, journal),
    async close() {
      for (const resources of accounts.values()) {
        for (const group of resources.targetGroups.values()) health.halt(group)
        for (const listener of resources.listeners.values()) await listener.close()
        for (const balancer of resources.loadBalancers.values()) await balancer.release()
      }
      await traffic.close()
    },
  }
}
