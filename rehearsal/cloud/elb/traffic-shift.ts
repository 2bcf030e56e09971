import type { TrafficShare } from '../interfaces.ts'
import type { Journal } from '../kernel/journal.ts'
import type { HealthMonitor } from './health/monitor.ts'
import { changeAction } from './health/rule-targets.ts'
import type { Rule } from './model.ts'
import type { Resources } from './resources.ts'

/** The rule of an ARN. A listener's ARN gives its default rule. */
export const ruleOf = ({ rules, listeners }: Resources, arn: string): Rule | undefined =>
  rules.get(arn) ?? listeners.get(arn)?.rules.at(-1)

/** Sets the weights of a rule's target groups, and writes them to the journal. Ignores an unknown rule. */
export function shiftTraffic(
  { journal, health }: { readonly journal: Journal; readonly health: HealthMonitor },
  resources: Resources,
  arn: string,
  shares: readonly TrafficShare[],
): void {
  const rule = ruleOf(resources, arn)
  if (rule === undefined || rule.action.type !== 'forward') return
  const scale = shares.every(({ percent }) => Number.isInteger(percent)) ? 1 : 10
  const groups = shares.flatMap(({ targetGroupArn, percent }) => {
    const group = resources.targetGroups.get(targetGroupArn)
    return group === undefined ? [] : [{ group, weight: Math.round(percent * scale) }]
  })
  changeAction(health, rule, { ...rule.action, groups })
  const { scope, arn: loadBalancer } = rule.listener.loadBalancer
  journal.write({
    type: 'traffic-shift',
    account: scope.account,
    region: scope.region,
    loadBalancer,
    port: rule.listener.port,
    rule: rule.arn,
    weights: Object.fromEntries(groups.map(({ group, weight }) => [group.arn, weight])),
  })
}
