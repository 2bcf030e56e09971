import type { Ecs } from '../../context.ts'
import { groupOf, otherSlot } from '../../lifecycle.ts'
import type { Deployment } from '../../model.ts'

/** Shifts a percentage of production or test traffic to the revision of a service deployment. */
export function shift(ecs: Ecs, { service, record }: Deployment, of: 'production' | 'test', percent: number): void {
  const { lifecycle, target } = record
  if (lifecycle === undefined) return
  lifecycle[of] = percent
  // The first deployment has all traffic from the start.
  const share = record.replaces === undefined ? 0 : percent
  for (const balancer of target.spec.loadBalancers) {
    const { productionListenerRule, testListenerRule } = balancer.advancedConfiguration ?? {}
    const rule = of === 'production' ? productionListenerRule : testListenerRule
    const [from, to] = [groupOf(balancer, service.live), groupOf(balancer, otherSlot(service.live))]
    if (rule === undefined || from === undefined || to === undefined || from === to) continue
    ecs.targetGroups.shift(service.cluster.scope, rule, [
      { targetGroupArn: from, percent: 100 - share },
      { targetGroupArn: to, percent: share },
    ])
  }
}
