// Applies `on-failure` to a deployment that failed or timed out.
import { CancelledError, describeError } from '../../../../toolkit/errors.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName } from '../aws/short-names.ts'
import { restoreSettings } from '../change/settings.ts'
import type { StartedRollout } from '../change/start-rollout.ts'
import { refusalToStop } from '../change/stop-deployment.ts'
import type { Context } from '../inputs/context.ts'
import { rememberedRollback } from '../watch/memory.ts'
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

/** Applies `on-failure` to a watch that has its verdict. @returns the final verdict. */
export async function applyOnFailure(context: Context, watch: Watch): Promise<Verdict> {
  const { log, aws, inputs } = context
  const first = watch.verdict
  if (first === undefined) return outcomeUnknown('The watch ended before its verdict was known.')
  if (first.status === 'rolled-back' && inputs.onFailure === 'rollback') return verified(context, watch, first)
  if (first.status !== 'failed' && first.status !== 'timed-out') return first
  if (first.outcomeUnknown === true || first.keepRevision === true || inputs.onFailure === 'leave') return first
  const { name, isNew, ranBefore } = watch.rollout
  // Where nothing ran before, the tasks that the deploy asked for have to go even if it started no deployment.
  if (!isNew && ranBefore) return nothingToRollBack(first)
  try {
    if (inputs.onFailure === 'stop') return stopped(first, await stop(aws, watch))
    log.info(`${nameOf(name)}: ${first.status}. ${first.reason} Rolling back.`)
    return await rollBack(context, watch, first)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return notRolledBack(first, describeError(error))
  }
}

/** Checks that the revision is healthy that ECS says it has rolled back to. */
async function verified({ aws, clock, inputs }: Context, watch: Watch, first: Verdict): Promise<Verdict> {
  const { rollout, latest, memory } = watch
  try {
    const shown = rememberedRollback(memory, rollout, latest)?.taskDefinition
    watch.rolledBackTo = await revisionRolledBackTo(aws, rollout, latest.serviceDeployment, shown)
    await restoreSettings(aws, rollout.name, rollout.settings)
    const back = await verifyRollback(aws, rollout, watch.rolledBackTo, clock.now() + inputs.timeoutMs)
    return afterEcsRollback(first, back, watch.rolledBackTo)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return {
      ...first,
      evidence: [...first.evidence, `Whether that revision is healthy could not be read: ${describeError(error)}`],
    }
  }
}

async function stop(aws: AwsCalls, { rollout, serviceDeploymentArn: arn }: Watch): Promise<StopResult> {
  if (arn === undefined) return { kind: 'unknown' }
  const refusal = await refusalToStop(aws, rollout.name, arn, 'ABORT')
  if (refusal === undefined) return { kind: 'stopped' }
  const { status = '' } = (await readDeployment(aws, arn)) ?? {}
  return ENDED.has(status) ? { kind: 'ended', status } : { kind: 'refused', refusal }
}

const ENDED = new Set(['SUCCESSFUL', 'STOPPED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'])

async function rollBack(context: Context, watch: Watch, first: Verdict): Promise<Verdict> {
  const { aws, log, clock, inputs } = context
  const { rollout } = watch
  const deadline = clock.now() + inputs.timeoutMs
  const start = await (rollout.ranBefore
    ? startRollback(context, watch, deadline)
    : startScaleToZero(aws, watch, deadline))
  if (start.kind === 'none') return notRolledBack(first, start.reason)
  if (start.kind === 'ended') {
    watch.rolledBackTo = start.to
    return rollout.ranBefore ? afterRollback(first, start.verdict, start.to) : afterScaleToZero(first, start.verdict)
  }
  const back = start.rollout
  const second = beginWatch(back, clock.now())
  const criteria: Criteria = {
    waitFor: 'healthy',
    bakeMs: 0,
    timeoutMs: inputs.timeoutMs,
    deadline,
    ...(inputs.maxFailedTasks === undefined ? {} : { maxFailedTasks: inputs.maxFailedTasks }),
    awaitRollback: true,
  }
  log.info(`Rolling back ${nameOf(rollout.name)} to ${revisionName(back.taskDefinition)}`)
  await follow(context, [second], criteria, { named: inputs.services.length > 1 })
  watch.rolledBackTo = back.taskDefinition
  const outcome = await restored(aws, rollout, { verdict: second.verdict ?? first, to: back.taskDefinition }, deadline)
  return rollout.ranBefore ? afterRollback(first, outcome, back.taskDefinition) : afterScaleToZero(first, outcome)
}

/** The verdict on a rollback once the settings are restored: where they changed the desired count, health is checked again. */
async function restored(
  aws: AwsCalls,
  rollout: StartedRollout,
  { verdict, to }: { readonly verdict: Verdict; readonly to: string },
  deadline: number,
): Promise<Verdict> {
  if (verdict.status !== 'succeeded') return verdict
  const hasChanged = await restoreSettings(aws, rollout.name, rollout.settings)
  return hasChanged && rollout.ranBefore ? verifyRollback(aws, rollout, to, deadline) : verdict
}
