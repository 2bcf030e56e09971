import type { Listener, LoadBalancer, Rule, TargetGroup } from './model.ts'

/** Resources of one account and region. Names are unique within it, as in AWS. */
export class Resources {
  readonly loadBalancers = new Map<string, LoadBalancer>()
  readonly loadBalancersByName = new Map<string, LoadBalancer>()
  readonly listeners = new Map<string, Listener>()
  readonly rules = new Map<string, Rule>()
  readonly targetGroups = new Map<string, TargetGroup>()
  readonly targetGroupsByName = new Map<string, TargetGroup>()
}
