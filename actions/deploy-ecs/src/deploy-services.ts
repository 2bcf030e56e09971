import { CancelledError, describeError } from '../../../toolkit/errors.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import { nameOf } from './aws/service-name.ts'
import { revisionName } from './aws/short-names.ts'
import { runBeforeDeploy } from './change/before-deploy-task.ts'
import { findConflicts } from './change/conflict.ts'
import { movedTag } from './change/moved-tags.ts'
import { nothingStarted } from './change/nothing-started.ts'
import { type PostState, savePostState } from './change/post-state.ts'
import { registerAgain } from './change/register-again.ts'
import { settingsChanged } from './change/settings.ts'
import { startRollout, wantsTasks } from './change/start-rollout.ts'
import type { Context } from './inputs/context.ts'
import type { Inputs, ServiceChanges } from './inputs/inputs.ts'
import { observedService } from './observe/model.ts'
import { primaryOf } from './observe/rollout.ts'
import type { Outcome } from './report/outcome.ts'
import { applyOnCancel } from './rollback/on-cancel.ts'
import { applyOnFailure } from './rollback/on-failure.ts'
import { rollBackInProgress } from './rollback/rollback-in-progress.ts'
import { planFor } from './task-definition/before-deploy-container.ts'
import { withScaling } from './task-definition/desired-count.ts'
import { imagesNamed } from './task-definition/images-to-ship.ts'
import { registerAll } from './task-definition/register-all.ts'
import type { ServicePlan } from './task-definition/service-plan.ts'
import type { Criteria, Verdict } from './watch/verdict.ts'
import {
  beforeDeployTaskFailed,
  cancelled,
  deployConflict,
  notStarted,
  notWaitedFor,
} from './watch/verdicts-without-observation.ts'
import { beginWatch, follow, type Watch } from './watch/watch.ts'

/** The deploy of one service while it runs. */
interface ServiceDeploy {
  plan: ServicePlan
  taskDefinition: string
  watch?: Watch
  verdict?: Verdict
  /** Set where `on-cancel` could not be applied in time. */
  unsafe?: true
}

/** How many services are updated at the same time. */
const AT_ONCE = 5
/** Time to apply `on-cancel`: the runner kills a cancelled step 10 s after its first signal. */
const CANCEL_MS = 6_500

/**
 * Registers the revisions, updates the services and follows the rollouts. From the first UpdateService on it returns an
 * outcome for each service instead of throwing.
 */
export async function deployServices(context: Context, plans: readonly ServicePlan[]): Promise<readonly Outcome[]> {
  const arns = await registerAll(context, plans)
  const deploys = plans.map((plan): ServiceDeploy => ({ plan, taskDefinition: arns.get(plan) ?? '' }))
  try {
    const goOn = (await runFirst(context, deploys)) && (await checkConflicts(context, deploys))
    if (goOn) await start(context, deploys)
    if (goOn && context.inputs.waitFor !== 'none') await watchAll(context, deploys)
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    await cancelAll(context, deploys)
  }
  // The post step has minutes for what the main step could not do in seconds.
  saveState(
    context,
    deploys.filter(({ unsafe }) => unsafe === true),
  )
  return deploys.map(({ plan, taskDefinition, watch, verdict }) => ({
    plan,
    taskDefinition,
    verdict: verdict ?? notWaitedFor(watch?.rollout.isNew),
    ...(watch === undefined ? {} : { watch }),
  }))
}

/** Runs `before-deploy-command`, before any service is updated. @returns whether to go on. */
async function runFirst(context: Context, deploys: readonly ServiceDeploy[]): Promise<boolean> {
  const { beforeDeploy } = context.inputs
  const plans = deploys.map(({ plan }) => plan)
  const plan = beforeDeploy && planFor(plans, beforeDeploy)
  const deploy = deploys.find((candidate) => candidate.plan === plan)
  if (beforeDeploy === undefined || deploy === undefined) return true
  try {
    await runBeforeDeploy(context, deploy, beforeDeploy)
    return true
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const each of deploys) each.verdict = beforeDeployTaskFailed(describeError(error))
    return false
  }
}

/** Applies `on-conflict` to deployments that were started since the plan was made. @returns whether to go on. */
async function checkConflicts({ aws, log, inputs }: Context, deploys: readonly ServiceDeploy[]): Promise<boolean> {
  const { onConflict, command, rollbackFrom } = inputs
  const supersedes = onConflict === 'supersede' || (command === 'rollback' && rollbackFrom === undefined)
  const plans = deploys.map(({ plan }) => plan)
  try {
    const checks = await findConflicts(aws, plans)
    const conflicts = checks.flatMap(({ conflict }) => conflict ?? [])
    for (const [index, { plan }] of checks.entries()) {
      const deploy = deploys[index]
      if (deploy === undefined) continue
      deploy.plan = plan
      if (conflicts.length > 0 && !supersedes) deploy.verdict = deployConflict(conflicts)
    }
    if (supersedes) for (const conflict of conflicts) log.warning(`${conflict} This deploy supersedes it.`)
    return conflicts.length === 0 || supersedes
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const deploy of deploys) deploy.verdict = notStarted(describeError(error))
    return false
  }
}

async function start(context: Context, deploys: readonly ServiceDeploy[]): Promise<void> {
  const { aws, log, clock, inputs } = context
  saveState(context, deploys)
  await inParallel(deploys, AT_ONCE, async (deploy) => {
    const { plan } = deploy
    const shipped = imagesNamed(inputs.taskDefinitionSource, plan.shipped)
    try {
      const back = await rollBackInProgress(context, plan, deploy.taskDefinition)
      if (back === undefined && plan.revision.deregistered) {
        deploy.taskDefinition = await registerAgain(context, plan.name, plan.revision.base)
        // The post step knows a deployment of this step by its revision.
        saveState(context, deploys)
      }
      const { taskDefinition } = deploy
      const rollout =
        back ?? (await startRollout(aws, { ...plan, taskDefinition, shipped }, await changesTo(context, deploy)))
      deploy.watch = beginWatch(rollout, clock.now())
      const [revision, service] = [revisionName(taskDefinition), nameOf(plan.name)]
      if (rollout.isNew) log.info(`Deploying ${revision} to ${service} (deployment ${rollout.deploymentId})`)
      else if (inputs.command === 'rollback')
        log.info(`${service} is at ${revision} already: no deployment was started.`)
      else {
        const { level, text } = nothingStarted(rollout, service, revision)
        log[level](text)
      }
    } catch (error) {
      if (error instanceof CancelledError) throw error
      deploy.verdict = notStarted(describeError(error))
    }
  })
  saveState(context, deploys)
}

/** The settings to change. Where a tag may have moved, new tasks are started although the revision stays. */
async function changesTo(context: Context, { plan, taskDefinition }: ServiceDeploy): Promise<ServiceChanges> {
  const { log, inputs } = context
  const changes = withScaling(inputs.serviceChanges, plan.scaling)
  const why = await movedTag(context, plan, taskDefinition)
  if (why === undefined) return changes
  log.notice(`${why}: starting new tasks of ${revisionName(taskDefinition)}, as with \`force-new-deployment: true\`.`)
  return { ...changes, forceNewDeployment: true }
}

async function watchAll(context: Context, deploys: readonly ServiceDeploy[]): Promise<void> {
  const { inputs, clock } = context
  const watches = deploys.flatMap(({ watch }) => watch ?? [])
  const ends: Promise<void>[] = []
  const end = async (watch: Watch) => {
    const verdict = await applyOnFailure(context, watch)
    for (const deploy of deploys) if (deploy.watch === watch) deploy.verdict = verdict
  }
  // A service that failed is rolled back at once, while the other services are still watched.
  const onVerdict = (watch: Watch) => {
    const ended = end(watch)
    ended.catch(() => {})
    ends.push(ended)
  }
  try {
    await follow(context, watches, criteriaOf(inputs, clock.now()), { onVerdict })
  } finally {
    await Promise.allSettled(ends)
  }
  await Promise.all(ends)
}

const criteriaOf = (inputs: Inputs, now: number): Criteria => ({
  waitFor: inputs.waitFor,
  bakeMs: inputs.bakeMs,
  timeoutMs: inputs.timeoutMs,
  deadline: now + inputs.timeoutMs,
  ...(inputs.maxFailedTasks === undefined ? {} : { maxFailedTasks: inputs.maxFailedTasks }),
  awaitRollback: inputs.onFailure === 'rollback',
})

async function cancelAll(context: Context, deploys: readonly ServiceDeploy[]): Promise<void> {
  const inTime = { ...context, aws: context.aws.within(AbortSignal.timeout(CANCEL_MS)) }
  await inParallel(deploys, AT_ONCE, async (deploy) => {
    // `succeeded` stays, and so does what came of a failure. A service that failed may be in the middle of its rollback.
    const isOver = deploy.verdict?.status === 'rolled-back' || deploy.verdict?.status === 'superseded'
    if (isOver || (deploy.watch?.verdict ?? deploy.verdict)?.status === 'succeeded') {
      deploy.verdict ??= deploy.watch?.verdict ?? notWaitedFor(deploy.watch?.rollout.isNew)
      return
    }
    const { message, safe } = await applyOnCancel(inTime, postState(context.inputs, deploy))
    deploy.verdict = cancelled(safe ? message : `${message} The post step of this action tries again.`)
    if (!safe) deploy.unsafe = true
  })
}

const saveState = ({ step, inputs }: Context, deploys: readonly ServiceDeploy[]): void =>
  savePostState(
    step,
    deploys.map((deploy) => postState(inputs, deploy)),
  )

function postState({ serviceChanges }: Inputs, { plan, taskDefinition, watch }: ServiceDeploy): PostState {
  const previousId = primaryOf(observedService(plan.before))?.id
  const settings = settingsChanged(plan.before, withScaling(serviceChanges, plan.scaling))
  return {
    name: plan.name,
    taskDefinition,
    previousTaskDefinition: plan.before.taskDefinition ?? '',
    ranBefore: wantsTasks(plan.before),
    ...(previousId === undefined ? {} : { previousId }),
    ...(watch === undefined ? {} : { deploymentId: watch.rollout.deploymentId }),
    ...(settings === undefined ? {} : { settings }),
  }
}
