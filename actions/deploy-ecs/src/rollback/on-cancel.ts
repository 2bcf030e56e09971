// Applies `on-cancel` to a service when the run is cancelled. In the main step there are seconds for it, in the post step minutes.
import type { Service } from '@aws-sdk/client-ecs'
import { describeError, SlipwayError, TimedOutError } from '../../../../toolkit/errors.ts'
import { poll } from '../../../../toolkit/poll.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import { readService } from '../aws/services.ts'
import { revisionName } from '../aws/short-names.ts'
import { goBack } from '../change/go-back.ts'
import type { PostState } from '../change/post-state.ts'
import { restoreSettings, restoring } from '../change/settings.ts'
import { toRollout } from '../change/start-rollout.ts'
import { stopDeployment } from '../change/stop-deployment.ts'
import type { Context } from '../inputs/context.ts'
import { findServiceDeployment } from '../observe/find-service-deployment.ts'
import { observedService } from '../observe/model.ts'
import { primaryOf } from '../observe/rollout.ts'
import { lastHealthy } from '../rollback-target/last-healthy.ts'
import { scaleToZero } from './scale-to-zero.ts'

/** The state of a service after a cancelled run, in a sentence, and whether it can stay so. */
export interface CancelOutcome {
  readonly message: string
  readonly safe: boolean
}

type CancelContext = Pick<Context, 'aws' | 'log' | 'inputs'>

/** Applies `on-cancel` to one service. Never throws: an error is in the message. */
export async function applyOnCancel(context: CancelContext, state: PostState): Promise<CancelOutcome> {
  const { log } = context
  try {
    const message = await settleService(context, state)
    log.warning(message)
    return { message, safe: true }
  } catch (error) {
    const { name, previousTaskDefinition, taskDefinition } = state
    const message = `Service \`${nameOf(name)}\` may be between ${revisionName(previousTaskDefinition)} and ${revisionName(taskDefinition)}: it could not be rolled back. ${describeError(error)}`
    log.error(message)
    return { message, safe: false }
  }
}

async function settleService({ aws, log, inputs }: CancelContext, state: PostState): Promise<string> {
  const { name, taskDefinition, previousTaskDefinition, previousId, deploymentId } = state
  const who = `Service \`${nameOf(name)}\``
  const [next, previous] = [revisionName(taskDefinition), revisionName(previousTaskDefinition)]
  const before = await readPastLag(aws, state)
  const service = observedService(before)
  const primary = primaryOf(service)
  const isOurs = deploymentId === undefined ? primary?.taskDefinition === taskDefinition : primary?.id === deploymentId
  if (primary === undefined || !isOurs || primary.id === previousId) {
    return `${who} is at ${revisionName(service.taskDefinition)}; no deployment of ${next} is in progress.`
  }
  if (primary.rolloutState === 'COMPLETED') return `${who} had already completed its rollout to ${next}.`
  if (inputs.onCancel === 'leave') return `${who} goes on rolling out ${next}; this run no longer watches it.`
  if (!state.ranBefore) {
    await scaleToZero(aws, name, before, previousTaskDefinition)
    return `${who} is being scaled to zero, as nothing ran before.`
  }
  const start = { name, before, taskDefinition, shipped: [] }
  const healthy = await lastHealthy(aws, name, before, taskDefinition)
  // Without a deployment that completed, ECS accepts the request for a rollback and then gives up.
  const canRollBack = healthy !== undefined || previousTaskDefinition === taskDefinition
  const arn = canRollBack ? await findServiceDeployment(aws, toRollout(start, service, previousId)) : undefined
  if (arn !== undefined && (await stopDeployment(aws, name, arn, 'ROLLBACK'))) {
    return `${who} is being rolled back to ${previous} by ECS.${await restored(aws, state)}`
  }
  const target = healthy ?? previousTaskDefinition
  if (target === taskDefinition) return `${who} stays at ${next}: no other revision is known that was healthy.`
  const back = await goBack(
    { aws, log, inputs },
    { ...start, taskDefinition: target },
    restoring(before, state.settings),
  )
  return `${who} is being updated back to ${revisionName(back.taskDefinition)}.`
}

/** Restores the settings. ECS may refuse that while it rolls back; then returns a sentence that says so. */
async function restored(aws: AwsCalls, { name, settings }: PostState): Promise<string> {
  try {
    await restoreSettings(aws, name, settings)
    return ''
  } catch (error) {
    if (!isRefusal(error)) throw error
    return ` Its other settings that this deploy changed stay as they are. ${describeError(error)}`
  }
}

/**
 * Reads the service until it shows our update. Reads lag: a read right after the update can miss it, and the rollout would
 * go on without being rolled back.
 */
async function readPastLag(aws: AwsCalls, { name, previousId, deploymentId }: PostState): Promise<Service> {
  const isUpdated = deploymentId !== undefined && deploymentId !== previousId
  const look = async () => {
    const service = await readService(aws, name)
    const { id } = primaryOf(observedService(service)) ?? {}
    return !isUpdated || id === undefined || id !== previousId ? service : undefined
  }
  const { clock, signal } = aws
  try {
    return await poll(look, { clock, signal, timeoutMs: LAG_MS, delayMs: () => 1_000, what: 'the update' })
  } catch (error) {
    if (!(error instanceof TimedOutError)) throw error
    throw new SlipwayError(
      `ECS accepted deployment ${deploymentId}, but still shows ${previousId}, the one before it.`,
      {
        cause: error,
      },
    )
  }
}

/** The main step has less time than this; then the post step tries again. */
const LAG_MS = 30_000
