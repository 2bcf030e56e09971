// Takes a deployment back that failed, and sees to it that what ran before runs again.
import { CancelledError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { AwsCalls } from './aws-calls.ts'
import { describeServices, requireService } from './ecs.ts'
import type { Inputs } from './inputs.ts'
import { lastHealthy } from './last-healthy.ts'
import { afterEmptying, afterRollback, lostSight, notUndone, stopped } from './other-verdicts.ts'
import { newerPrimary } from './ours.ts'
import { revisionName } from './registration.ts'
import { backToNothing, type Rollout, startRollout } from './rollout.ts'
import { type DeploymentSeen, seenService } from './seen.ts'
import { nameOf } from './service-name.ts'
import { stopDeployment } from './stop-deployment.ts'
import type { Criteria, Verdict } from './verdict.ts'
import { beginWatch, follow, type Watch } from './watch.ts'

/** Does what `on-failure` says about a deploy that failed or ran out of time, and gives the final verdict. */
export async function afterFailure(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch): Promise<Verdict> {
  const first = watch.verdict
  if (first === undefined) return lostSight('It was given up before it was decided.')
  if (first.verdict !== 'failed' && first.verdict !== 'timed-out') return first
  if (first.lostSight === true || inputs.onFailure === 'leave') return first
  const { name } = watch.rollout
  try {
    if (inputs.onFailure === 'stop') return stopped(first, await stop(aws, watch))
    world.log.info(`Rolling service \`${nameOf(name)}\` back.`)
    return await rollBack(world, aws, inputs, watch, first)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return notUndone(first, error instanceof Error ? error.message : String(error))
  }
}

async function stop(aws: AwsCalls, { rollout, serviceDeploymentArn }: Watch): Promise<boolean> {
  return serviceDeploymentArn !== undefined && (await stopDeployment(aws, rollout.name, serviceDeploymentArn, 'ABORT'))
}

async function rollBack(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch, first: Verdict): Promise<Verdict> {
  const { rollout } = watch
  const back = await (rollout.ranBefore ? startRollback(aws, watch) : startEmptying(aws, rollout))
  if (back === 'overtaken') return notUndone(first, 'Another deployment has taken over meanwhile.')
  if (back === undefined) return notUndone(first, 'No revision is known that was healthy before.')
  const second = beginWatch(back, world.clock.now())
  const criteria: Criteria = {
    waitFor: 'healthy',
    bakeMs: 0,
    timeoutMs: inputs.timeoutMs,
    deadline: world.clock.now() + inputs.timeoutMs,
    maxFailedTasks: inputs.maxFailedTasks,
    awaitRollback: true,
  }
  world.log.info(`Service \`${nameOf(rollout.name)}\` goes back to ${revisionName(back.taskDefinition)}.`)
  await follow(aws, world.log, [second], criteria)
  watch.backTo = back.taskDefinition
  const outcome = second.verdict ?? first
  return rollout.ranBefore ? afterRollback(first, outcome, back.taskDefinition) : afterEmptying(first, outcome)
}

/** Starts the way back to no tasks. ECS's own rollback would try to run what ran before, which is nothing. */
async function startEmptying(aws: AwsCalls, rollout: Rollout): Promise<Rollout | 'overtaken'> {
  const { name, previousTaskDefinition } = rollout
  const before = requireService(await describeServices(aws, [name]), name)
  const primary = newerPrimary(rollout, seenService(before).deployments)
  if (primary !== undefined && !isRollback(primary, rollout)) return 'overtaken'
  return backToNothing(aws, name, before, previousTaskDefinition)
}

/**
 * Starts the way back, and gives the deployment that goes it: ECS's own rollback where ours can still be stopped, which
 * also brings the old configuration back; else an update to the last revision that was healthy.
 */
async function startRollback(aws: AwsCalls, watch: Watch): Promise<Rollout | 'overtaken' | undefined> {
  const { rollout, serviceDeploymentArn } = watch
  const { name } = rollout
  const asked =
    serviceDeploymentArn !== undefined && (await stopDeployment(aws, name, serviceDeploymentArn, 'ROLLBACK'))
  for (let look = 1; look <= (asked ? 15 : 1); look++) {
    const before = requireService(await describeServices(aws, [name]), name)
    const service = seenService(before)
    const primary = newerPrimary(rollout, service.deployments)
    if (primary !== undefined) {
      if (!isRollback(primary, rollout)) return 'overtaken'
      return {
        ...rollout,
        service,
        deploymentId: primary.id,
        createdAt: primary.createdAt,
        taskDefinition: primary.taskDefinition,
        shipped: [],
        isNew: true,
        adopts: true,
      }
    }
    if (!asked) {
      const target = await lastHealthy(aws, name, before, rollout.taskDefinition)
      if (target === undefined) return undefined
      return startRollout(aws, { name, before, taskDefinition: target, shipped: [] }, {})
    }
    await aws.clock.sleep(2_000, aws.signal)
  }
  return undefined
}

/** The one that goes our way back; any other newer PRIMARY is somebody else's deploy, which is not ours to follow. */
const isRollback = ({ taskDefinition, rolloutStateReason = '' }: DeploymentSeen, { previousTaskDefinition }: Rollout) =>
  taskDefinition === previousTaskDefinition || /rolling back|rollback/i.test(rolloutStateReason)
