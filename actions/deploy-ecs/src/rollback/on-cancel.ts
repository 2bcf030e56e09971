// Leaves services in a state that is named and safe when the run is cancelled. There are seconds to do it in.
import type { Service } from '@aws-sdk/client-ecs'
import { describeError, SlipwayError } from '../../../../toolkit/errors.ts'
import type { Log } from '../../../../toolkit/log.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { revisionName } from '../aws/short-names.ts'
import type { PostState } from '../change/post-state.ts'
import { restoreSettings, restoring } from '../change/settings.ts'
import { startRollout, toRollout, updateRequest } from '../change/start-rollout.ts'
import { stopDeployment } from '../change/stop-deployment.ts'
import { lastHealthy } from '../history/last-healthy.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { findServiceDeployment } from '../observe/find-service-deployment.ts'
import { observedService } from '../observe/model.ts'
import { primaryOf } from '../observe/rollout.ts'
import { scaleToZero } from './scale-to-zero.ts'

/** How a service was left, in a sentence, and whether it can stay so. */
export interface CancelOutcome {
  readonly said: string
  readonly safe: boolean
}

/** Settles one service. Never throws: there is nobody left to catch it. */
export async function applyOnCancel(
  aws: AwsCalls,
  log: Log,
  onCancel: Inputs['onCancel'],
  postState: PostState,
): Promise<CancelOutcome> {
  const { name } = postState
  try {
    const said = await settleService(aws, onCancel, postState)
    log.warning(said)
    return { said, safe: true }
  } catch (error) {
    const said = `Service \`${nameOf(name)}\` may be halfway between ${revisionName(postState.previousTaskDefinition)} and ${revisionName(postState.taskDefinition)}: it could not be rolled back. ${describeError(error)}`
    log.error(said)
    return { said, safe: false }
  }
}

async function settleService(aws: AwsCalls, onCancel: Inputs['onCancel'], postState: PostState): Promise<string> {
  const { name, taskDefinition, previousTaskDefinition, previousId, deploymentId } = postState
  const who = `Service \`${nameOf(name)}\``
  const [next, previous] = [revisionName(taskDefinition), revisionName(previousTaskDefinition)]
  const before = await readPastLag(aws, postState)
  const service = observedService(before)
  const primary = primaryOf(service)
  const isOurs =
    deploymentId === undefined
      ? primary?.taskDefinition === taskDefinition && primary.id !== previousId
      : primary?.id === deploymentId
  if (primary === undefined || !isOurs || primary.id === previousId) {
    return `${who} is at ${revisionName(service.taskDefinition)}; no deployment of ${next} is under way.`
  }
  if (primary.rolloutState === 'COMPLETED') return `${who} had already completed its rollout to ${next}.`
  if (onCancel === 'leave') {
    return `${who} goes on rolling out ${next} by itself; nobody watches it.`
  }
  if (!postState.ranBefore) {
    await scaleToZero(aws, name, before, previousTaskDefinition)
    return `${who} is being set back to no tasks, as nothing ran before.`
  }
  const start = { name, before, taskDefinition, shipped: [] }
  const rollout = toRollout(start, service, previousId)
  const arn = await findServiceDeployment(aws, rollout)
  if (arn !== undefined && (await stopDeployment(aws, name, arn, 'ROLLBACK'))) {
    return `${who} is being rolled back to ${previous} by ECS.${await restored(aws, postState)}`
  }
  const target = (await lastHealthy(aws, name, before, taskDefinition)) ?? previousTaskDefinition
  if (target === taskDefinition) return `${who} stays at ${next}: no other revision is known that was healthy.`
  const back = { ...start, taskDefinition: target }
  await startRollout(aws, back, {}, { ...updateRequest(back, {}), ...restoring(before, postState.settings) })
  return `${who} is being updated back to ${revisionName(target)}.`
}

/** Takes back what else was changed. ECS may not take that while it rolls back, which has to be said then. */
async function restored(aws: AwsCalls, { name, settings }: PostState): Promise<string> {
  try {
    await restoreSettings(aws, name, settings)
    return ''
  } catch (error) {
    if (!isRefusal(error)) throw error
    return ` The rest that this deploy changed of it stays. ${describeError(error)}`
  }
}

/** Reads lag, and a look right after the update may miss it: that would leave a rollout that nobody watches. */
async function readPastLag(aws: AwsCalls, { name, previousId, deploymentId }: PostState): Promise<Service> {
  const until = aws.clock.now() + LAG_MS
  const isUpdated = deploymentId !== undefined && deploymentId !== previousId
  for (;;) {
    const service = requireService(await describeServices(aws, [name]), name)
    const { id } = primaryOf(observedService(service)) ?? {}
    if (!isUpdated || id === undefined || id !== previousId) return service
    if (aws.clock.now() >= until) {
      throw new SlipwayError(`ECS took deployment ${deploymentId}, but still shows ${previousId}, the one before it.`)
    }
    await aws.clock.sleep(1_000, aws.signal)
  }
}

/** In the main step there is less time than this: then it is the post step's turn. */
const LAG_MS = 30_000
