import type { TargetGroups } from '../interfaces.ts'
import { type Operations, PerScope, type Scope } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { ClosableClock } from '../kernel/closable-clock.ts'
import type { Journal } from '../kernel/journal.ts'
import type { Random } from '../kernel/random.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import { FRESH, type Staleness } from '../staleness.ts'
import { type Alarms, ManualAlarms } from './alarms.ts'
import { bind } from './api/api.ts'
import { clusterOperations } from './api/clusters.ts'
import { containerInstanceOperations } from './api/container-instances.ts'
import { serviceDeploymentOperations } from './api/services/service-deployments.ts'
import { serviceOperations } from './api/services/services.ts'
import { settingOperations } from './api/settings.ts'
import { tagOperations } from './api/tags.ts'
import { taskDefinitionOperations } from './api/task-definitions.ts'
import { taskOperations } from './api/tasks.ts'
import type { Ecs } from './context.ts'
import { Ids } from './ids.ts'
import { Region } from './region.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { DEFAULT_TIMING, type Timing } from './timing.ts'

export interface EcsDeps {
  readonly clock: Clock
  readonly journal: Journal
  readonly runtime: Runtime
  readonly targetGroups: TargetGroups
  /** Source of ids and random decisions. The same seed gives the same run. */
  readonly random?: Random
  readonly alarms?: Alarms
  readonly staleness?: Staleness
  readonly timing?: Partial<Timing>
}

export interface EcsService {
  readonly operations: Operations
  /** Whether there is this service, ACTIVE. */
  hasService(scope: Scope, cluster: string, service: string): boolean
  /** Stops the scheduler, and leaves the runtime open. */
  close(): Promise<void>
}

/** Simulates Amazon ECS as far as deployments need it: API, service scheduler, messages. */
export function createEcs(deps: EcsDeps): EcsService {
  const random = deps.random ?? Math.random
  const clock = new ClosableClock(deps.clock)
  const ecs: Ecs = {
    clock,
    journal: deps.journal,
    runtime: deps.runtime,
    targetGroups: deps.targetGroups,
    alarms: deps.alarms ?? new ManualAlarms(),
    staleness: deps.staleness ?? FRESH,
    timing: { ...DEFAULT_TIMING, ...deps.timing },
    ids: new Ids(random),
    random,
    regions: new PerScope((scope) => new Region(scope)),
  }
  const scheduler = new Scheduler(ecs)
  return {
    operations: bind({
      ...clusterOperations(ecs),
      ...taskDefinitionOperations(ecs),
      ...serviceOperations(ecs, scheduler),
      ...serviceDeploymentOperations(ecs, scheduler),
      ...taskOperations(ecs, scheduler),
      ...containerInstanceOperations(ecs),
      ...tagOperations(ecs),
      ...settingOperations(ecs),
    }),
    hasService: (scope, cluster, service) =>
      ecs.regions.get(scope).findCluster(cluster)?.services.get(service)?.status === 'ACTIVE',
    close: async () => {
      scheduler.close()
      clock.close()
    },
  }
}
