import { invalid, listenerNotFound, loadBalancerNotFound, targetGroupNotFound } from '../errors.ts'
import type { Listener, LoadBalancer, TargetGroup } from '../model.ts'
import type { Parameters } from '../request/parameters.ts'
import type { Resources } from '../resources.ts'

/** The load balancer of `LoadBalancerArn`. Throws AwsError. */
export function findLoadBalancer(resources: Resources, input: Parameters): LoadBalancer {
  const arn = input.required('LoadBalancerArn')
  if (!arn.includes(':loadbalancer/')) throw invalid(`'${arn}' is not a valid load balancer ARN`)
  const balancer = resources.loadBalancers.get(arn)
  if (balancer === undefined) throw loadBalancerNotFound()
  return balancer
}

/** The listener of `ListenerArn`. Throws AwsError. */
export function findListener(resources: Resources, input: Parameters): Listener {
  const arn = input.required('ListenerArn')
  if (!arn.includes(':listener/')) throw invalid(`'${arn}' is not a valid listener ARN`)
  const listener = resources.listeners.get(arn)
  if (listener === undefined) throw listenerNotFound()
  return listener
}

/** The target group of `TargetGroupArn`. Throws AwsError. */
export function findTargetGroup(resources: Resources, input: Parameters): TargetGroup {
  const arn = input.required('TargetGroupArn')
  if (!arn.includes(':targetgroup/')) throw invalid(`'${arn}' is not a valid target group ARN`)
  const group = resources.targetGroups.get(arn)
  if (group === undefined) throw targetGroupNotFound()
  return group
}
