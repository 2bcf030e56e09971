import type { PerScope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { HealthMonitor } from './health/monitor.ts'
import type { Resources } from './resources.ts'
import type { Traffic } from './traffic/traffic.ts'
import type { Vpcs } from './vpcs.ts'

/** What the API operations of Elastic Load Balancing need. */
export interface ElbContext {
  readonly clock: Clock
  readonly accounts: PerScope<Resources>
  readonly health: HealthMonitor
  readonly traffic: Traffic
  readonly vpcs: Vpcs
}
