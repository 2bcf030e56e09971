// The ways back from a deployment that failed: through ECS's own rollback, by an update, or to no tasks.
import type { Service } from '@aws-sdk/client-ecs'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { describeServiceDeployments } from '../aws/service-deployments.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { restoreSettings, restoring } from '../change/settings.ts'
import { startRollout, updateRequest } from '../change/start-rollout.ts'
import { stopDeployment } from '../change/stop-deployment.ts'
import { lastHealthy } from '../history/last-healthy.ts'
import { newerPrimary } from '../observe/deployment.ts'
import {
  type ObservedDeployment,
  type ObservedServiceDeployment,
  observedService,
  observedServiceDeployment,
} from '../observe/model.ts'
import type { Rollout } from '../observe/rollout.ts'
import type { Verdict } from '../watch/verdict.ts'
import type { Watch } from '../watch/watch.ts'
import { scaleToZero } from './scale-to-zero.ts'
import { revisionRolledBackTo, verifyRollback } from './verify-rollback.ts'

/** The deployment that goes the way back, or how that has ended already, or why there is none. */
export type RollbackStart =
  | { readonly back: Rollout }
  | { readonly ended: Verdict; readonly to: string }
  | { readonly none: string }

const OVERTAKEN: RollbackStart = { none: 'Another deployment has taken over meanwhile.' }

/** Starts the way back to no tasks. ECS's own rollback would try to run what ran before, which is nothing. */
export async function startScaleToZero(aws: AwsCalls, rollout: Rollout, deadline: number): Promise<RollbackStart> {
  const { name, previousTaskDefinition } = rollout
  const before = requireService(await describeServices(aws, [name]), name)
  const primary = newerPrimary(rollout, observedService(before).deployments)
  if (primary !== undefined && !isRollback(primary, rollout)) return OVERTAKEN
  const back = await scaleToZero(aws, name, before, previousTaskDefinition)
  return back.isNew ? { back } : { ended: await waitForNoTasks(aws, rollout, deadline), to: back.taskDefinition }
}

/** Looks until no task is left. Where only their number changed, there is no new deployment to follow. */
async function waitForNoTasks(aws: AwsCalls, { name }: Rollout, deadline: number): Promise<Verdict> {
  for (;;) {
    const service = requireService(await describeServices(aws, [name]), name)
    const { desiredCount = 0, runningCount = 0, pendingCount = 0 } = service
    if (desiredCount + runningCount + pendingCount === 0) return { status: 'succeeded', reason: '', evidence: [] }
    if (aws.clock.now() >= deadline) {
      const reason = `${runningCount} tasks run, ${pendingCount} are pending, and ${desiredCount} are wanted.`
      return { status: 'failed', reason, evidence: [] }
    }
    await aws.clock.sleep(2_000, aws.signal)
  }
}

/**
 * Starts the way back: ECS's own rollback where ours can still be stopped, else an update to the last revision that was
 * healthy. Neither knows what else we changed of the service, so that goes back beside it.
 */
export async function startRollback(aws: AwsCalls, watch: Watch, deadline: number): Promise<RollbackStart> {
  const { rollout, serviceDeploymentArn: arn } = watch
  const { name } = rollout
  if (arn !== undefined && (await stopDeployment(aws, name, arn, 'ROLLBACK'))) {
    await restoreEarly(aws, rollout)
    return findRollback(aws, rollout, arn, deadline)
  }
  const before = requireService(await describeServices(aws, [name]), name)
  const underWay = rollbackIn(before, rollout)
  if (underWay !== undefined) {
    if ('back' in underWay) await restoreEarly(aws, rollout)
    return underWay
  }
  const target = (await lastHealthy(aws, name, before, rollout.taskDefinition)) ?? healthyBefore(rollout)
  if (target === undefined) return { none: 'No revision is known that was healthy before.' }
  const start = { name, before, taskDefinition: target, shipped: [] }
  const request = { ...updateRequest(start, {}), ...restoring(before, rollout.settings) }
  return { back: await startRollout(aws, start, {}, request) }
}

/** Should ECS not take it while it rolls back, it is done after that. */
async function restoreEarly(aws: AwsCalls, { name, settings }: Rollout): Promise<void> {
  try {
    await restoreSettings(aws, name, settings)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

/** What ran before, where that was seen complete and is another revision: history may not be readable. */
const healthyBefore = ({ wasComplete, previousTaskDefinition, taskDefinition }: Rollout): string | undefined =>
  wasComplete && previousTaskDefinition !== taskDefinition ? previousTaskDefinition : undefined

/** Waits until ECS, which has taken the order to roll back, shows the deployment that does it, or says how it ended. */
export async function findRollback(
  aws: AwsCalls,
  rollout: Rollout,
  arn: string,
  deadline: number,
): Promise<RollbackStart> {
  for (;;) {
    const before = requireService(await describeServices(aws, [rollout.name]), rollout.name)
    const underWay = rollbackIn(before, rollout)
    if (underWay !== undefined && 'back' in underWay) return underWay
    const deployment = await readDeployment(aws, arn)
    const { status = 'not shown', statusReason = '' } = deployment ?? {}
    const said = `Service deployment ${status}${statusReason === '' ? '' : `: ${statusReason}`}`
    if (status === 'ROLLBACK_SUCCESSFUL') {
      const to = await revisionRolledBackTo(aws, rollout, deployment)
      await restoreSettings(aws, rollout.name, rollout.settings)
      return { ended: await verifyRollback(aws, rollout, to, deadline), to }
    }
    if (underWay !== undefined) return underWay
    if (status === 'ROLLBACK_FAILED' || status === 'STOPPED') return { none: `ECS ended its rollback. ${said}.` }
    if (aws.clock.now() >= deadline) return { none: `ECS has not ended its rollback in time. ${said}.` }
    await aws.clock.sleep(2_000, aws.signal)
  }
}

/** Nothing where it may not be read: then the list of deployments has to tell. */
export async function readDeployment(aws: AwsCalls, arn: string): Promise<ObservedServiceDeployment | undefined> {
  try {
    return (await describeServiceDeployments(aws, [arn])).map(observedServiceDeployment)[0]
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** The rollback that ECS has begun, as far as the service shows one. */
function rollbackIn(before: Service, rollout: Rollout): RollbackStart | undefined {
  const service = observedService(before)
  const primary = newerPrimary(rollout, service.deployments)
  if (primary === undefined) return undefined
  if (!isRollback(primary, rollout)) return OVERTAKEN
  const { id: deploymentId, createdAt, taskDefinition } = primary
  return {
    back: { ...rollout, service, deploymentId, createdAt, taskDefinition, shipped: [], isNew: true, adopts: true },
  }
}

/** The one that goes our way back; any other newer PRIMARY is somebody else's deploy, which is not ours to follow. */
const isRollback = (
  { taskDefinition, rolloutStateReason = '' }: ObservedDeployment,
  { previousTaskDefinition }: Rollout,
) => taskDefinition === previousTaskDefinition || /rolling back|rollback/i.test(rolloutStateReason)
