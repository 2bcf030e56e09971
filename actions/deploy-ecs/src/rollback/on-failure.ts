// Takes a deployment back that failed, and sees to it that what ran before runs again.
import { CancelledError, describeError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import { restoreSettings } from '../change/settings.ts'
import { refusalToStop } from '../change/stop-deployment.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { newerPrimary } from '../observe/deployment.ts'
import type { Rollout } from '../observe/rollout.ts'
import type { Criteria, Verdict } from '../watch/verdict.ts'
import {
  afterEcsRollback,
  afterRollback,
  afterScaleToZero,
  nothingToRollBack,
  notRolledBack,
  outcomeUnknown,
  type StopResult,
  stopped,
} from '../watch/verdicts-without-observation.ts'
import { beginWatch, follow, type Watch } from '../watch/watch.ts'
import { readDeployment, startRollback, startScaleToZero } from './rollback.ts'
import { revisionRolledBackTo, verifyRollback } from './verify-rollback.ts'

/** Does what `on-failure` says about a deploy that failed or ran out of time, and gives the final verdict. */
export async function applyOnFailure(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch): Promise<Verdict> {
  const first = watch.verdict
  if (first === undefined) return outcomeUnknown('It was given up before it was decided.')
  if (first.status === 'rolled-back' && inputs.onFailure === 'rollback')
    return verified(world, aws, inputs, watch, first)
  if (first.status !== 'failed' && first.status !== 'timed-out') return first
  if (first.outcomeUnknown === true || first.keepRevision === true || inputs.onFailure === 'leave') return first
  const { name, isNew, ranBefore } = watch.rollout
  // Where nothing ran before, it is the tasks that were asked for that have to go again.
  if (!isNew && ranBefore) return nothingToRollBack(first)
  try {
    if (inputs.onFailure === 'stop') return stopped(first, await stop(aws, watch))
    world.log.info(`Rolling service \`${nameOf(name)}\` back.`)
    return await rollBack(world, aws, inputs, watch, first)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return notRolledBack(first, describeError(error))
  }
}

/** ECS has rolled the service back by itself, and says that it is done. */
async function verified(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch, first: Verdict): Promise<Verdict> {
  const { rollout, latest } = watch
  try {
    watch.backTo = await revisionRolledBackTo(aws, rollout, latest.serviceDeployment, seenBack(watch))
    await restoreSettings(aws, rollout.name, rollout.settings)
    const back = await verifyRollback(aws, rollout, watch.backTo, world.clock.now() + inputs.timeoutMs)
    return afterEcsRollback(first, back, watch.backTo)
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
  const refused = await refusalToStop(aws, rollout.name, arn, 'ABORT')
  if (refused === undefined) return 'stopped'
  const { status = '' } = (await readDeployment(aws, arn)) ?? {}
  return ENDED.has(status) ? { ended: status } : { refused }
}

const ENDED = new Set(['SUCCESSFUL', 'STOPPED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'])

async function rollBack(world: World, aws: AwsCalls, inputs: Inputs, watch: Watch, first: Verdict): Promise<Verdict> {
  const { rollout } = watch
  const deadline = world.clock.now() + inputs.timeoutMs
  const way = await (rollout.ranBefore ? startRollback(aws, watch, deadline) : startScaleToZero(aws, rollout, deadline))
  if ('none' in way) return notRolledBack(first, way.none)
  if ('ended' in way) {
    watch.backTo = way.to
    return rollout.ranBefore ? afterRollback(first, way.ended, way.to) : afterScaleToZero(first, way.ended)
  }
  const { back } = way
  const second = beginWatch(back, world.clock.now())
  const criteria: Criteria = {
    waitFor: 'healthy',
    bakeMs: 0,
    timeoutMs: inputs.timeoutMs,
    deadline,
    ...(inputs.maxFailedTasks === undefined ? {} : { maxFailedTasks: inputs.maxFailedTasks }),
    awaitRollback: true,
  }
  world.log.info(`Service \`${nameOf(rollout.name)}\` goes back to ${revisionName(back.taskDefinition)}.`)
  await follow(aws, world.log, [second], criteria, { named: inputs.services.length > 1 })
  watch.backTo = back.taskDefinition
  const outcome = await restored(aws, rollout, back, second.verdict ?? first, deadline)
  return rollout.ranBefore ? afterRollback(first, outcome, back.taskDefinition) : afterScaleToZero(first, outcome)
}

/** The verdict on a way back, once all that was changed is back: another number of tasks has to be seen healthy, too. */
async function restored(
  aws: AwsCalls,
  rollout: Rollout,
  back: Rollout,
  outcome: Verdict,
  deadline: number,
): Promise<Verdict> {
  if (outcome.status !== 'succeeded') return outcome
  const applyChanges = await restoreSettings(aws, rollout.name, rollout.settings)
  return applyChanges && rollout.ranBefore ? verifyRollback(aws, rollout, back.taskDefinition, deadline) : outcome
}
