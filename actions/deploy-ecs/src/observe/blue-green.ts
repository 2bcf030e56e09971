// What is particular about services that ECS deploys blue/green, linear or canary by itself. Pure.
import type { DeploymentConfiguration, Service, ServiceRevision } from '@aws-sdk/client-ecs'
import { formatDuration } from '../../../../toolkit/duration.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import type { LoadBalancerSeen, ServiceDeploymentSeen } from './model.ts'

/** Whether ECS shifts the service's traffic from one set of tasks to another, in place of replacing tasks. */
export const isNative = ({ deploymentConfiguration }: Service): boolean =>
  (deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING'

/** The target groups that a revision is registered in; `undefined` where ECS does not say. */
export function groupsServing({ resolvedConfiguration }: ServiceRevision): ReadonlySet<string> | undefined {
  const groups = (resolvedConfiguration?.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? [])
  return groups.length === 0 ? undefined : new Set(groups)
}

/** The load balancers with that of their two target groups alone which serves our revision. */
export const serving = (
  balancers: readonly LoadBalancerSeen[],
  groups: ReadonlySet<string> | undefined,
): readonly LoadBalancerSeen[] =>
  balancers.map((balancer) => {
    const { alternateTargetGroupArn: alternate, ...rest } = balancer
    if (groups === undefined || alternate === undefined) return balancer
    if (groups.has(alternate)) return { ...rest, targetGroupArn: alternate }
    return groups.has(balancer.targetGroupArn) ? rest : balancer
  })

/** The lifecycle hooks that somebody has to answer before the deployment goes on. */
export const hooksAwaited = (deployment: ServiceDeploymentSeen | undefined): readonly string[] =>
  (deployment?.awaiting ?? []).map(
    ({ hookId }) =>
      `the lifecycle hook ${hookId}${deployment?.lifecycleStage === undefined ? '' : ` at stage ${deployment.lifecycleStage}`}, which somebody has to answer`,
  )

/** How to answer a lifecycle hook, from wherever the one who does has a shell. */
export function answerHook(serviceDeploymentArn: string, hookId: string): string {
  const [, , , region = ''] = serviceDeploymentArn.split(':')
  return `aws ecs continue-service-deployment${region === '' ? '' : ` --region ${region}`} --service-deployment-arn ${serviceDeploymentArn} --hook-id ${hookId} --action CONTINUE`
}

const MINUTE_MS = 60_000

/** How long ECS takes for shifting traffic and baking alone, with the defaults of AWS. */
export function ownPaceMs(configuration: DeploymentConfiguration = {}): number {
  const { strategy = 'ROLLING', bakeTimeInMinutes = 0, linearConfiguration, canaryConfiguration } = configuration
  const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration ?? {}
  const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration ?? {}
  const shifting = {
    ...{ ROLLING: 0, BLUE_GREEN: 0 },
    LINEAR: (Math.ceil(100 / stepPercent) - 1) * stepBakeTimeInMinutes,
    CANARY: canaryPercent === 100 ? 0 : canaryBakeTimeInMinutes,
  }
  return (shifting[strategy] + bakeTimeInMinutes) * MINUTE_MS
}

/** @throws InputError when a deploy that goes well would be called too late, and be taken back. */
export function refuseImpatience({ command, waitFor, timeoutMs }: Inputs, plans: readonly ServicePlan[]): void {
  // A rollback is not taken back, whatever time it takes; refusing it would help nobody.
  if (command === 'rollback' || (waitFor !== 'healthy' && waitFor !== 'bake')) return
  for (const { name, before } of plans) {
    const pace = ownPaceMs(before.deploymentConfiguration)
    if (pace < timeoutMs) continue
    const { strategy = 'ROLLING' } = before.deploymentConfiguration ?? {}
    const [its, ours] = [formatDuration(pace), formatDuration(timeoutMs)]
    throw new InputError(
      'timeout',
      `is ${ours}, but service \`${nameOf(name)}\` deploys ${strategy}: shifting traffic and baking alone take ${its}.`,
      {
        hint: `Set \`timeout\` to ${its} and what tasks take to start and to stop, or do not wait (\`wait-for: started\`).`,
      },
    )
  }
}
