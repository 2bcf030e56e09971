import type { Deployment, Service } from '@aws-sdk/client-ecs'
import { revisionName } from '../aws/short-names.ts'

/** The service's deployment in progress, such as `ecs-svc/1 (web:2, 0/2 running)`; `undefined` where there is none. */
export function deploymentInProgress(service: Service): string | undefined {
  const { deployments = [] } = service
  const primary = deployments.find(({ status }) => status === 'PRIMARY')
  if (primary !== undefined && cameWithService(service, primary)) return undefined
  const rolling = primary?.rolloutState === 'IN_PROGRESS'
  // Behind a Classic load balancer there is no rollout state. Two deployments mean that one is in progress.
  const undecided = primary?.rolloutState === undefined && deployments.length > 1
  if (primary === undefined || !(rolling || undecided)) return undefined
  return `${primary.id} (${revisionName(primary.taskDefinition ?? '')}, ${primary.runningCount ?? 0}/${primary.desiredCount ?? 0} running)`
}

/**
 * Whether a deployment was created with the service, so that it is no deploy to wait for. It may never end: the task definition
 * that Terraform creates a service with need not even have an image.
 */
function cameWithService({ createdAt: made, deployments = [] }: Service, { createdAt }: Deployment): boolean {
  if (made === undefined || createdAt === undefined || deployments.length > 1) return false
  return Math.abs(createdAt.getTime() - made.getTime()) < 2_000
}
