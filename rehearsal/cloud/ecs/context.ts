import type { TargetGroups } from '../interfaces.ts'
import type { PerScope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Journal } from '../kernel/journal.ts'
import type { Random } from '../kernel/random.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import type { Staleness } from '../staleness.ts'
import type { Alarms } from './alarms.ts'
import type { Ids } from './ids.ts'
import type { Region } from './region.ts'
import type { Timing } from './timing.ts'

/** What all parts of the simulated ECS need. */
export interface Ecs {
  readonly clock: Clock
  readonly journal: Journal
  readonly runtime: Runtime
  readonly targetGroups: TargetGroups
  readonly alarms: Alarms
  readonly staleness: Staleness
  readonly timing: Timing
  readonly ids: Ids
  readonly random: Random
  readonly regions: PerScope<Region>
}

/** The cloud's time as a Date. */
export const nowOf = ({ clock }: Pick<Ecs, 'clock'>): Date => new Date(clock.now())
