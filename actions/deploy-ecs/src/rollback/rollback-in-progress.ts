import type { AwsCalls } from '../aws/aws-calls.ts'
import { toRollout } from '../change/start-rollout.ts'
import { stopDeployment } from '../change/stop-deployment.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { shiftsTraffic } from '../observe/blue-green.ts'
import { findServiceDeployment } from '../observe/find-service-deployment.ts'
import { deploymentInProgress } from '../observe/in-progress.ts'
import { observedService } from '../observe/model.ts'
import type { Rollout } from '../observe/rollout.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { findRollback } from './rollback.ts'
/**
 * Has ECS take back a blue/green, linear or canary deployment that is under way: what ran before still runs, and has its
 * traffic again in a moment. `undefined` where there is none, or where that does not lead to the revision that is wanted.
 */
export async function rollBackInProgress(
  aws: AwsCalls,
  { command, serviceChanges, timeoutMs }: Inputs,
  { name, before }: ServicePlan,
  wanted: string,
): Promise<Rollout | undefined> {
  if (command !== 'rollback' || Object.keys(serviceChanges).length > 0) return undefined
  const complete = (before.deployments ?? []).find(({ rolloutState }) => rolloutState === 'COMPLETED')
  if (!shiftsTraffic(before) || deploymentInProgress(before) === undefined) return undefined
  if (complete?.taskDefinition !== wanted) return undefined
  const start = { name, before, taskDefinition: before.taskDefinition ?? '', shipped: [] }
  const underWay = { ...toRollout(start, observedService(before), undefined), previousTaskDefinition: wanted }
  const arn = await findServiceDeployment(aws, underWay)
  if (arn === undefined || !(await stopDeployment(aws, name, arn, 'ROLLBACK'))) return undefined
  const way = await findRollback(aws, underWay, arn, aws.clock.now() + timeoutMs)
  return 'back' in way ? way.back : undefined
}
