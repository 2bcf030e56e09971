import type { Deployment, Service } from '@aws-sdk/client-ecs'
import { revisionName } from '../aws/short-names.ts'

/** Another deployment that is under way, for people; `undefined` when there is none. */
export function deploymentInProgress(service: Service): string | undefined {
  const { deployments = [] } = service
  const primary = deployments.find(({ status }) => status === 'PRIMARY')
  if (primary !== undefined && cameWithService(service, primary)) return undefined
  const rolling = primary?.rolloutState === 'IN_PROGRESS'
  // Behind a Classic load balancer there is no rollout state; then two deployments mean one in progress.
  const readPostState = primary?.rolloutState === undefined && deployments.length > 1
  if (primary === undefined || !(rolling || readPostState)) return undefined
  return `${primary.id} (${revisionName(primary.taskDefinition ?? '')}, ${primary.runningCount ?? 0} of ${primary.desiredCount ?? 0} tasks run)`
}

/**
 * Whether this deployment was made with the service itself, which is nobody's deploy. It may never end: what Terraform
 * makes a service from need not even have an image.
 */
function cameWithService({ createdAt: made, deployments = [] }: Service, { createdAt }: Deployment): boolean {
  if (made === undefined || createdAt === undefined || deployments.length > 1) return false
  return Math.abs(createdAt.getTime() - made.getTime()) < 2_000
}
