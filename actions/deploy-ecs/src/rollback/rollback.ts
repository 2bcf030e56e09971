// The ways to roll back a deployment that failed: ECS's own rollback, an update to an earlier revision, or scaling to zero.
import type { Service } from '@aws-sdk/client-ecs'
import { TimedOutError } from '../../../../toolkit/errors.ts'
import { poll } from '../../../../toolkit/poll.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { isRefusal } from '../aws/errors.ts'
import { describeServiceDeployments } from '../aws/service-deployments.ts'
import { readService } from '../aws/services.ts'
import { goBack } from '../change/go-back.ts'
import { restoreSettings, restoring } from '../change/settings.ts'
import type { StartedRollout } from '../change/start-rollout.ts'
import { stopDeployment } from '../change/stop-deployment.ts'
import type { Context } from '../inputs/context.ts'
import { newerPrimary } from '../observe/deployment.ts'
import { ecsRollback, type RollbackFacts } from '../observe/ecs-rollback.ts'
import { type ObservedServiceDeployment, observedService, observedServiceDeployment } from '../observe/model.ts'
import type { Rollout } from '../observe/rollout.ts'
import { lastHealthy } from '../rollback-target/last-healthy.ts'
import type { Verdict } from '../watch/verdict.ts'
import type { Watch } from '../watch/watch.ts'
import { scaleToZero } from './scale-to-zero.ts'
import { revisionRolledBackTo, verifyRollback } from './verify-rollback.ts'

/** How a rollback began. */
export type RollbackStart =
  /** A deployment rolls back and has to be followed. */
  | { readonly kind: 'started'; readonly rollout: Rollout }
  /** The rollback has ended already. */
  | { readonly kind: 'ended'; readonly verdict: Verdict; readonly to: string }
  /** There is none, for this reason. */
  | { readonly kind: 'none'; readonly reason: string }

/** ECS has ended the rollback that it accepted, such as one without a deployment to go back to. */
export interface RollbackGivenUp {
  readonly kind: 'given-up'
  readonly reason: string
}

const SUPERSEDED: RollbackStart = { kind: 'none', reason: 'Another deployment has taken over.' }
const LOOK_EVERY_MS = 2_000

/**
 * Starts to scale a service to zero that ran nothing before its first deploy. ECS's own rollback would start tasks of the
 * revision before, which never ran.
 */
export async function startScaleToZero(aws: AwsCalls, watch: Watch, deadline: number): Promise<RollbackStart> {
  const { rollout } = watch
  const { name, previousTaskDefinition } = rollout
  const before = await readService(aws, name)
  if (rollbackIn(before, rollout, await factsOf(aws, watch))?.kind === 'none') return SUPERSEDED
  const back = await scaleToZero(aws, name, before, previousTaskDefinition)
  if (back.isNew) return { kind: 'started', rollout: back }
  return { kind: 'ended', verdict: await waitForNoTasks(aws, rollout, deadline), to: back.taskDefinition }
}

/** Waits until no task is left. Needed where only the desired count changed, as no new deployment can be followed then. */
async function waitForNoTasks(aws: AwsCalls, { name }: Rollout, deadline: number): Promise<Verdict> {
  let left = ''
  const look = async (): Promise<Verdict | undefined> => {
    const { desiredCount = 0, runningCount = 0, pendingCount = 0 } = await readService(aws, name)
    if (desiredCount + runningCount + pendingCount === 0) return { status: 'succeeded', reason: '', evidence: [] }
    left = `${runningCount} tasks run, ${pendingCount} are pending, and the desired count is ${desiredCount}.`
    return undefined
  }
  return (await untilDeadline(aws, deadline, look)) ?? { status: 'failed', reason: left, evidence: [] }
}

/**
 * Starts a rollback: ECS's own where our deployment can still be stopped, else an update to the last revision that was
 * healthy. ECS's rollback does not restore what else the deploy changed in the service, so that is restored beside it.
 * ECS only goes back to a deployment that completed. Where there is none, it ends the rollback that it accepted.
 */
export async function startRollback(
  { aws, log, inputs }: Pick<Context, 'aws' | 'log' | 'inputs'>,
  watch: Watch,
  deadline: number,
): Promise<RollbackStart> {
  const { rollout, serviceDeploymentArn: arn } = watch
  const { name } = rollout
  let given = ''
  if (arn !== undefined && (await stopDeployment(aws, name, arn, 'ROLLBACK'))) {
    await restoreEarly(aws, rollout)
    const found = await findRollback(aws, rollout, arn, deadline)
    if (found.kind !== 'given-up') return found
    given = `${found.reason} `
  }
  const before = await readService(aws, name)
  const inProgress = rollbackIn(before, rollout, await factsOf(aws, watch))
  if (inProgress !== undefined) {
    if (inProgress.kind === 'started') await restoreEarly(aws, rollout)
    return inProgress
  }
  const target = (await lastHealthy(aws, name, before, rollout.taskDefinition)) ?? ranBefore(rollout)
  if (target === undefined) return { kind: 'none', reason: `${given}No revision is known that was healthy before.` }
  const start = { name, before, taskDefinition: target, shipped: [] }
  return { kind: 'started', rollout: await goBack({ aws, log, inputs }, start, restoring(before, rollout.settings)) }
}

/** Restores the settings during ECS's rollback. Where ECS refuses that, they are restored after it. */
async function restoreEarly(aws: AwsCalls, { name, settings }: StartedRollout): Promise<void> {
  try {
    await restoreSettings(aws, name, settings)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

/**
 * The revision before, where it is another one and had completed, or its tasks ran. The history may not be readable, and the
 * first deployment of a service that was just created is not complete yet.
 */
const ranBefore = ({ wasComplete, hadTasks, previousTaskDefinition, taskDefinition }: Rollout): string | undefined =>
  (wasComplete || hadTasks) && previousTaskDefinition !== taskDefinition ? previousTaskDefinition : undefined

/** Waits, after ECS has accepted a rollback, until ECS shows its deployment, or how it ended. */
export async function findRollback(
  aws: AwsCalls,
  rollout: StartedRollout,
  arn: string,
  deadline: number,
): Promise<RollbackStart | RollbackGivenUp> {
  let said = ''
  const look = async (): Promise<RollbackStart | RollbackGivenUp | undefined> => {
    const inProgress = rollbackIn(await readService(aws, rollout.name), rollout, { requested: true })
    if (inProgress?.kind === 'started') return inProgress
    const deployment = await readDeployment(aws, arn)
    const { status = 'not shown', statusReason = '' } = deployment ?? {}
    said = `Service deployment ${status}${statusReason === '' ? '' : `: ${statusReason}`}`.replace(/\.?$/, '.')
    if (status === 'ROLLBACK_SUCCESSFUL') {
      const to = await revisionRolledBackTo(aws, rollout, deployment)
      await restoreSettings(aws, rollout.name, rollout.settings)
      return { kind: 'ended', verdict: await verifyRollback(aws, rollout, to, deadline), to }
    }
    if (inProgress !== undefined) return inProgress
    if (status !== 'ROLLBACK_FAILED' && status !== 'STOPPED') return undefined
    return { kind: 'given-up', reason: `ECS ended its rollback. ${said}` }
  }
  const found = await untilDeadline(aws, deadline, look)
  return found ?? { kind: 'none', reason: `ECS has not ended its rollback in time. ${said}` }
}

/** Polls until `look` gives a value; `undefined` at the deadline. */
async function untilDeadline<T>(
  { clock, signal }: AwsCalls,
  deadline: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const timeoutMs = deadline - clock.now()
  try {
    return await poll(look, { clock, signal, timeoutMs, delayMs: () => LOOK_EVERY_MS, what: 'the rollback' })
  } catch (error) {
    if (error instanceof TimedOutError) return undefined
    throw error
  }
}

/** A service deployment; `undefined` where it may not be read. */
export async function readDeployment(aws: AwsCalls, arn: string): Promise<ObservedServiceDeployment | undefined> {
  try {
    return (await describeServiceDeployments(aws, [arn])).map(observedServiceDeployment)[0]
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** What is known of our deployment beside the service: what the watch has seen, and our service deployment as it is now. */
async function factsOf(
  aws: AwsCalls,
  { memory, serviceDeploymentArn: arn }: Watch,
): Promise<Omit<RollbackFacts, 'service'>> {
  const serviceDeployment = arn === undefined ? undefined : await readDeployment(aws, arn)
  const { rollbacks } = memory
  return serviceDeployment === undefined ? { rollbacks } : { rollbacks, serviceDeployment }
}

/** The rollback that ECS has started, as far as the service shows it; `undefined` while our deployment is the PRIMARY. */
function rollbackIn(
  before: Service,
  rollout: Rollout,
  facts: Omit<RollbackFacts, 'service'>,
): RollbackStart | undefined {
  const service = observedService(before)
  if (newerPrimary(rollout, service.deployments) === undefined) return undefined
  const rollback = ecsRollback(rollout, { ...facts, service })
  if (rollback === undefined) return SUPERSEDED
  const { id: deploymentId, createdAt, taskDefinition } = rollback.deployment
  const back = { ...rollout, service, deploymentId, createdAt, taskDefinition, shipped: [], isNew: true, adopts: true }
  return { kind: 'started', rollout: back }
}
