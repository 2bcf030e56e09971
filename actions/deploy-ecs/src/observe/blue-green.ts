// Services that ECS deploys blue/green, linear or canary. Pure.
import type { Service, ServiceRevision } from '@aws-sdk/client-ecs'
import { regionOf } from '../aws/short-names.ts'
import { deploymentInProgress } from './in-progress.ts'
import type { ObservedLoadBalancer, ObservedServiceDeployment } from './model.ts'

/** Whether ECS deploys the service blue/green, linear or canary: it shifts traffic to a second set of tasks. */
export const shiftsTraffic = ({ deploymentConfiguration }: Service): boolean =>
  (deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING'

/**
 * ARN of the revision that gets its traffic back when ECS rolls back the blue/green, linear or canary deployment that is in progress:
 * its tasks still run. `undefined` where there is no such deployment.
 */
export function shiftsBackTo(service: Service): string | undefined {
  if (!shiftsTraffic(service) || deploymentInProgress(service) === undefined) return undefined
  return service.deployments?.find(({ rolloutState }) => rolloutState === 'COMPLETED')?.taskDefinition
}

/** The target groups that a revision is registered in; `undefined` where ECS does not say. */
export function groupsServing({ resolvedConfiguration }: ServiceRevision): ReadonlySet<string> | undefined {
  const groups = (resolvedConfiguration?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? [])
  return groups.length === 0 ? undefined : new Set(groups)
}

/** The load balancers, each with the one of its two target groups that serves our revision; with both if ECS does not say. */
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

/** The lifecycle hooks that wait for an answer, with their stage. */
export const pendingHooks = (deployment: ObservedServiceDeployment | undefined): readonly string[] =>
  (deployment?.awaiting ?? []).map(
    ({ hookId }) =>
      `lifecycle hook ${hookId}${deployment?.lifecycleStage === undefined ? '' : ` at stage ${deployment.lifecycleStage}`}, which waits for an answer`,
  )

/** The AWS CLI command that continues a deployment at a lifecycle hook. */
export function continueHookCommand(serviceDeploymentArn: string, hookId: string): string {
  const region = regionOf(serviceDeploymentArn)
  return `aws ecs continue-service-deployment${region === '' ? '' : ` --region ${region}`} --service-deployment-arn ${serviceDeploymentArn} --hook-id ${hookId} --action CONTINUE`
}
