import type { Deployment, Service } from '@aws-sdk/client-ecs'
import { counted } from '../../../../toolkit/text/counted.ts'
import { revisionName } from '../aws/short-names.ts'

/** The service's deployment in progress, such as `ecs-svc/1 (web:2, 0/2 running, 3 failed tasks)`; `undefined` where there is none. */
export function deploymentInProgress(service: Service): string | undefined {
  const { deployments = [] } = service
  const primary = deployments.find(({ status }) => status === 'PRIMARY')
  if (primary !== undefined && cameWithService(service, primary)) return undefined
  const rolling = primary?.rolloutState === 'IN_PROGRESS'
  // Behind a Classic load balancer there is no rollout state. Two deployments mean that one is in progress.
  const undecided = primary?.rolloutState === undefined && deployments.length > 1
  if (primary === undefined || !(rolling || undecided)) return undefined
  const { id, taskDefinition = '', runningCount = 0, desiredCount = 0, failedTasks = 0 } = primary
  const failed = failedTasks === 0 ? '' : `, ${counted(failedTasks, 'failed task')}`
  return `${id} (${revisionName(taskDefinition)}, ${runningCount}/${desiredCount} running${failed})`
}

/**
 * Whether a deployment was created with the service, so that it is no deploy to wait for. It may never end: the task definition
 * that Terraform creates a service with need not even have an image.
 */
function cameWithService({ createdAt: made, deployments = [] }: Service, { createdAt }: Deployment): boolean {
  if (made === undefined || createdAt === undefined || deployments.length > 1) return false
  return Math.abs(createdAt.getTime() - made.getTime()) < 2_000
}
