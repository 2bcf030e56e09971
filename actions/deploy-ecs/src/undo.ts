// Takes a deployment back that failed, and sees to it that what ran before runs again.
import type { Service } from '@aws-sdk/client-ecs'
import { classifyAwsError } from '../../../toolkit/aws.ts'
import { CancelledError, describeError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { AwsCalls } from './aws-calls.ts'
import { describeServiceDeployments, describeServices, requireService } from './ecs.ts'
import type { Inputs } from './inputs.ts'
import { lastHealthy } from './last-healthy.ts'
import {
  afterEmptying,
  afterOwnRollback,
  afterRollback,
  lostSight,
  notUndone,
  type StopResult,
  stopped,
} from './other-verdicts.ts'
import { newerPrimary } from './ours.ts'
import { revisionName } from './registration.ts'
import { backToNothing, type Rollout, startRollout } from './rollout.ts'
import { type DeploymentSeen, type ServiceDeploymentSeen, seenService, seenServiceDeployment } from './seen.ts'
import { nameOf } from './service-name.ts'
import { stopDeployment } from './stop-deployment.ts'
import type { Criteria, Verdict } from './verdict.ts'
import { revisionBackTo, verifyBack } from './verify-back.ts'
import { beginWatch, follow, type Watch } from './watch.ts'

/** Does what `on-failure` says about a deploy that failed or ran out of time, and gives the final verdict. */
export async function afterFailure(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch): Promise<Verdict> {
  const first = watch.verdict
  if (first === undefined) return lostSight('It was given up before it was decided.')
  if (first.verdict === 'rolled-back' && inputs.onFailure === 'rollback')
    return verified(world, aws, inputs, watch, first)
  if (first.verdict !== 'failed' && first.verdict !== 'timed-out') return first
  if (first.lostSight === true || inputs.onFailure === 'leave') return first
  const { name } = watch.rollout
  try {
    if (inputs.onFailure === 'stop') return stopped(first, await stop(aws, watch))
    world.log.info(`Rolling service \`${nameOf(name)}\` back.`)
    return await rollBack(world, aws, inputs, watch, first)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return notUndone(first, describeError(error))
  }
}

/** ECS has rolled the service back by itself, and says that it is done. */
async function verified(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch, first: Verdict): Promise<Verdict> {
  const { rollout, latest } = watch
  try {
    watch.backTo = await revisionBackTo(aws, rollout, latest.serviceDeployment, seenBack(watch))
    const back = await verifyBack(aws, rollout, watch.backTo, world.clock.now() + inputs.timeoutMs)
    return afterOwnRollback(first, back, watch.backTo)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return {
      ...first,
      evidence: [...first.evidence, `Whether that is healthy could not be seen: ${describeError(error)}`],
    }
  }
}

/** The revision of the rollback, as far as the service showed it. */
const seenBack = ({ rollout, latest, memory }: Watch): string | undefined => {
  const primary = newerPrimary(rollout, latest.service?.deployments ?? [])
  return primary !== undefined && memory.rollbacks.has(primary.id) ? primary.taskDefinition : undefined
}

async function stop(aws: AwsCalls, { rollout, serviceDeploymentArn: arn }: Watch): Promise<StopResult> {
  if (arn === undefined) return 'unknown'
  if (await stopDeployment(aws, rollout.name, arn, 'ABORT')) return 'stopped'
  const { status = '' } = (await readDeployment(aws, arn)) ?? {}
  return ENDED.has(status) ? { ended: status } : 'refused'
}

const ENDED = new Set(['SUCCESSFUL', 'STOPPED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'])

async function rollBack(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch, first: Verdict): Promise<Verdict> {
  const { rollout } = watch
  const deadline = world.clock.now() + inputs.timeoutMs
  const way = await (rollout.ranBefore ? startRollback(aws, watch, deadline) : startEmptying(aws, rollout))
  if ('none' in way) return notUndone(first, way.none)
  if ('ended' in way) {
    watch.backTo = way.to
    return afterRollback(first, way.ended, way.to)
  }
  const { back } = way
  const second = beginWatch(back, world.clock.now())
  const criteria: Criteria = {
    waitFor: 'healthy',
    bakeMs: 0,
    timeoutMs: inputs.timeoutMs,
    deadline,
    maxFailedTasks: inputs.maxFailedTasks,
    awaitRollback: true,
  }
  world.log.info(`Service \`${nameOf(rollout.name)}\` goes back to ${revisionName(back.taskDefinition)}.`)
  await follow(aws, world.log, [second], criteria)
  watch.backTo = back.taskDefinition
  const outcome = second.verdict ?? first
  return rollout.ranBefore ? afterRollback(first, outcome, back.taskDefinition) : afterEmptying(first, outcome)
}

/** The deployment that goes the way back, or how that has ended already, or why there is none. */
type WayBack = { readonly back: Rollout } | { readonly ended: Verdict; readonly to: string } | { readonly none: string }

const OVERTAKEN: WayBack = { none: 'Another deployment has taken over meanwhile.' }

/** Starts the way back to no tasks. ECS's own rollback would try to run what ran before, which is nothing. */
async function startEmptying(aws: AwsCalls, rollout: Rollout): Promise<WayBack> {
  const { name, previousTaskDefinition } = rollout
  const before = requireService(await describeServices(aws, [name]), name)
  const primary = newerPrimary(rollout, seenService(before).deployments)
  if (primary !== undefined && !isRollback(primary, rollout)) return OVERTAKEN
  return { back: await backToNothing(aws, name, before, previousTaskDefinition) }
}

/**
 * Starts the way back: ECS's own rollback where ours can still be stopped, which also brings the old configuration back;
 * else an update to the last revision that was healthy.
 */
async function startRollback(aws: AwsCalls, watch: Watch, deadline: number): Promise<WayBack> {
  const { rollout, serviceDeploymentArn: arn } = watch
  const { name } = rollout
  if (arn !== undefined && (await stopDeployment(aws, name, arn, 'ROLLBACK'))) {
    return findRollback(aws, rollout, arn, deadline)
  }
  const before = requireService(await describeServices(aws, [name]), name)
  const underWay = rollbackIn(before, rollout)
  if (underWay !== undefined) return underWay
  const target = (await lastHealthy(aws, name, before, rollout.taskDefinition)) ?? healthyBefore(rollout)
  if (target === undefined) return { none: 'No revision is known that was healthy before.' }
  return { back: await startRollout(aws, { name, before, taskDefinition: target, shipped: [] }, {}) }
}

/** What ran before, where that was seen complete and is another revision: history may not be readable. */
const healthyBefore = ({ wasComplete, previousTaskDefinition, taskDefinition }: Rollout): string | undefined =>
  wasComplete && previousTaskDefinition !== taskDefinition ? previousTaskDefinition : undefined

/** Waits until ECS, which has taken the order to roll back, shows the deployment that does it, or says how it ended. */
export async function findRollback(aws: AwsCalls, rollout: Rollout, arn: string, deadline: number): Promise<WayBack> {
  for (;;) {
    const before = requireService(await describeServices(aws, [rollout.name]), rollout.name)
    const underWay = rollbackIn(before, rollout)
    if (underWay !== undefined) return underWay
    const deployment = await readDeployment(aws, arn)
    const { status = 'not shown', statusReason = '' } = deployment ?? {}
    const said = `Service deployment ${status}${statusReason === '' ? '' : `: ${statusReason}`}`
    if (status === 'ROLLBACK_SUCCESSFUL') {
      const to = await revisionBackTo(aws, rollout, deployment)
      return { ended: await verifyBack(aws, rollout, to, deadline), to }
    }
    if (status === 'ROLLBACK_FAILED' || status === 'STOPPED') return { none: `ECS ended its rollback. ${said}.` }
    if (aws.clock.now() >= deadline) return { none: `ECS has not ended its rollback in time. ${said}.` }
    await aws.clock.sleep(2_000, aws.signal)
  }
}

/** Nothing where it may not be read: then the list of deployments has to tell. */
async function readDeployment(aws: AwsCalls, arn: string): Promise<ServiceDeploymentSeen | undefined> {
  try {
    return (await describeServiceDeployments(aws, [arn])).map(seenServiceDeployment)[0]
  } catch (error) {
    const failure = classifyAwsError(error)
    if (failure === 'denied' || failure === 'refused') return undefined
    throw error
  }
}

/** The rollback that ECS has begun, as far as the service shows one. */
function rollbackIn(before: Service, rollout: Rollout): WayBack | undefined {
  const service = seenService(before)
  const primary = newerPrimary(rollout, service.deployments)
  if (primary === undefined) return undefined
  if (!isRollback(primary, rollout)) return OVERTAKEN
  const { id: deploymentId, createdAt, taskDefinition } = primary
  return {
    back: { ...rollout, service, deploymentId, createdAt, taskDefinition, shipped: [], isNew: true, adopts: true },
  }
}

/** The one that goes our way back; any other newer PRIMARY is somebody else's deploy, which is not ours to follow. */
const isRollback = ({ taskDefinition, rolloutStateReason = '' }: DeploymentSeen, { previousTaskDefinition }: Rollout) =>
  taskDefinition === previousTaskDefinition || /rolling back|rollback/i.test(rolloutStateReason)
