import { toRollout } from '../change/start-rollout.ts'
import { stopDeployment } from '../change/stop-deployment.ts'
import type { Context } from '../inputs/context.ts'
import { shiftsBackTo } from '../observe/blue-green.ts'
import { findServiceDeployment } from '../observe/find-service-deployment.ts'
import { observedService } from '../observe/model.ts'
import type { Rollout } from '../observe/rollout.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { findRollback } from './rollback.ts'

/**
 * For `command: rollback`: has ECS roll back a blue/green, linear or canary deployment that is in progress. The tasks of the
 * previous revision still run then, and get their traffic back at once. `undefined` where there is no such deployment, or
 * where its rollback does not lead to the revision that is wanted.
 */
export async function rollBackInProgress(
  { aws, inputs }: Context,
  { name, before }: ServicePlan,
  wanted: string,
): Promise<Rollout | undefined> {
  const { command, serviceChanges, timeoutMs } = inputs
  if (command !== 'rollback' || Object.keys(serviceChanges).length > 0) return undefined
  if (shiftsBackTo(before) !== wanted) return undefined
  const start = { name, before, taskDefinition: before.taskDefinition ?? '', shipped: [] }
  const inProgress = { ...toRollout(start, observedService(before), undefined), previousTaskDefinition: wanted }
  const arn = await findServiceDeployment(aws, inProgress)
  if (arn === undefined || !(await stopDeployment(aws, name, arn, 'ROLLBACK'))) return undefined
  const found = await findRollback(aws, inProgress, arn, aws.clock.now() + timeoutMs)
  return found.kind === 'started' ? found.rollout : undefined
}
