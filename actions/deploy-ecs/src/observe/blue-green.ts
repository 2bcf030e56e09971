// What is particular about services that ECS deploys blue/green, linear or canary by itself. Pure.
import type { Service, ServiceRevision } from '@aws-sdk/client-ecs'
import { regionOf } from '../aws/short-names.ts'
import type { ObservedLoadBalancer, ObservedServiceDeployment } from './model.ts'

/** Whether ECS shifts the service's traffic from one set of tasks to another, in place of replacing tasks. */
export const shiftsTraffic = ({ deploymentConfiguration }: Service): boolean =>
  (deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING'

/** The target groups that a revision is registered in; `undefined` where ECS does not say. */
export function groupsServing({ resolvedConfiguration }: ServiceRevision): ReadonlySet<string> | undefined {
  const groups = (resolvedConfiguration?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? [])
  return groups.length === 0 ? undefined : new Set(groups)
}

/** The load balancers with that of their two target groups alone which serves our revision. */
export const loadBalancersServing = (
  balancers: readonly ObservedLoadBalancer[],
  groups: ReadonlySet<string> | undefined,
): readonly ObservedLoadBalancer[] =>
  balancers.map((balancer) => {
    const { alternateTargetGroupArn: alternate, ...rest } = balancer
    if (groups === undefined || alternate === undefined) return balancer
    if (groups.has(alternate)) return { ...rest, targetGroupArn: alternate }
    return groups.has(balancer.targetGroupArn) ? rest : balancer
  })

/** The lifecycle hooks that somebody has to answer before the deployment goes on. */
export const pendingHooks = (deployment: ObservedServiceDeployment | undefined): readonly string[] =>
  (deployment?.awaiting ?? []).map(
    ({ hookId }) =>
      `the lifecycle hook ${hookId}${deployment?.lifecycleStage === undefined ? '' : ` at stage ${deployment.lifecycleStage}`}, which somebody has to answer`,
  )

/** How to answer a lifecycle hook, from wherever the one who does has a shell. */
export function continueHookCommand(serviceDeploymentArn: string, hookId: string): string {
  const region = regionOf(serviceDeploymentArn)
  return `aws ecs continue-service-deployment${region === '' ? '' : ` --region ${region}`} --service-deployment-arn ${serviceDeploymentArn} --hook-id ${hookId} --action CONTINUE`
}
