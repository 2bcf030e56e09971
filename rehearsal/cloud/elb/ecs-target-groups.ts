import type { TargetGroups } from '../interfaces.ts'
import type { PerScope } from '../kernel/call.ts'
import type { Journal } from '../kernel/journal.ts'
import type { HealthMonitor } from './health/monitor.ts'
import { targetKey } from './model.ts'
import type { Resources } from './resources.ts'
import { ruleOf, shiftTraffic } from './traffic-shift.ts'

/** Gives ECS access to target groups and rules. */
export function targetGroupsFor(accounts: PerScope<Resources>, health: HealthMonitor, journal: Journal): TargetGroups {
  return {
    find(scope, arn) {
      const group = accounts.get(scope).targetGroups.get(arn)
      if (group === undefined) return undefined
      return { arn, name: group.name, targetType: group.targetType, inUse: group.usedBy.size > 0 }
    },
    findRule: (scope, arn) => ruleOf(accounts.get(scope), arn)?.action.type,
    shift: (scope, arn, shares) => shiftTraffic({ journal, health }, accounts.get(scope), arn, shares),
    register(scope, arn, target) {
      const group = accounts.get(scope).targetGroups.get(arn)
      if (group !== undefined) health.register(group, target)
    },
    deregister(scope, arn, target) {
      const group = accounts.get(scope).targetGroups.get(arn)
      if (group !== undefined) health.deregister(group, target)
    },
    health(scope, arn, target) {
      return accounts.get(scope).targetGroups.get(arn)?.targets.get(targetKey(target))?.health
    },
    onChange: (listener) => health.onChange(listener),
  }
}
