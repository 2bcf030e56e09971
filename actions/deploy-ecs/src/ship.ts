import { CancelledError, describeError } from '../../../toolkit/errors.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { AwsCalls } from './aws/aws-calls.ts'
import { nameOf } from './aws/service-name.ts'
import { revisionName } from './aws/short-names.ts'
import { runBeforeDeploy } from './change/before-deploy-task.ts'
import { findConflicts } from './change/conflict.ts'
import { type PostState, savePostState, saveTask } from './change/post-state.ts'
import { settingsChanged } from './change/settings.ts'
import { startRollout, wantsTasks } from './change/start-rollout.ts'
import type { Inputs } from './inputs/inputs.ts'
import { observedService } from './observe/model.ts'
import { primaryOf } from './observe/rollout.ts'
import type { Outcome } from './report/outcome.ts'
import { applyOnCancel } from './rollback/on-cancel.ts'
import { applyOnFailure } from './rollback/on-failure.ts'
import { rollBackInProgress } from './rollback/rollback-in-progress.ts'
import { planFor } from './task-definition/before-deploy-container.ts'
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

/** One service on its way. */
interface ServiceDeploy {
  plan: ServicePlan
  readonly taskDefinition: string
  watch?: Watch
  verdict?: Verdict
  /** Set where a cancelled run had to leave it halfway. */
  unsafe?: true
}

/** How many services are updated at once. */
const AT_ONCE = 5
/** The runner kills a cancelled step ten seconds after it first asked. */
const LAST_SECONDS_MS = 6_500

/** Registers, updates and follows. Once a service was touched, there is an outcome for it, whatever happens. */
export async function ship(
  world: World,
  aws: AwsCalls,
  inputs: Inputs,
  plans: readonly ServicePlan[],
): Promise<readonly Outcome[]> {
  const arns = await registerAll(aws, world.log, plans)
  const deploys = plans.map((plan): ServiceDeploy => ({ plan, taskDefinition: arns.get(plan) ?? '' }))
  try {
    const goOn = (await runFirst(world, aws, inputs, deploys)) && (await lookAgain(world, aws, inputs, deploys))
    if (goOn) await start(world, aws, inputs, deploys)
    if (goOn && inputs.waitFor !== 'none') await watchAll(world, aws, inputs, deploys)
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    await cancelAll(world, aws, inputs, deploys)
  }
  // The post step has minutes for what could not be done in seconds.
  const unsafe = deploys.filter((deploy) => deploy.unsafe === true)
  savePostState(world.step, unsafe.map(postState(inputs)))
  return deploys.map(({ plan, taskDefinition, watch, verdict }) => ({
    plan,
    taskDefinition,
    verdict: verdict ?? notWaitedFor(),
    ...(watch === undefined ? {} : { watch }),
  }))
}

/** Before any service is touched. @returns whether to go on. */
async function runFirst(
  world: World,
  aws: AwsCalls,
  { beforeDeploy }: Inputs,
  deploys: readonly ServiceDeploy[],
): Promise<boolean> {
  const plans = deploys.map(({ plan }) => plan)
  const plan = beforeDeploy && planFor(plans, beforeDeploy)
  const deploy = deploys.find((candidate) => candidate.plan === plan)
  if (beforeDeploy === undefined || deploy === undefined) return true
  try {
    await runBeforeDeploy(world, aws, deploy.plan, deploy.taskDefinition, beforeDeploy, (task) =>
      saveTask(world.step, task),
    )
    return true
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const each of deploys) each.verdict = beforeDeployTaskFailed(describeError(error))
    return false
  }
}

/** Right before any service is touched: whoever deployed since the plan is not deployed over unasked. @returns whether to go on. */
async function lookAgain(
  world: World,
  aws: AwsCalls,
  inputs: Inputs,
  deploys: readonly ServiceDeploy[],
): Promise<boolean> {
  const { onConflict, command, rollbackFrom } = inputs
  const overrules = onConflict === 'supersede' || (command === 'rollback' && rollbackFrom === undefined)
  const plans = deploys.map(({ plan }) => plan)
  try {
    const seen = await findConflicts(aws, plans)
    const changes = seen.flatMap(({ meanwhile }) => meanwhile ?? [])
    for (const [index, { plan }] of seen.entries()) {
      const deploy = deploys[index]
      if (deploy === undefined) continue
      deploy.plan = plan
      if (changes.length > 0 && !overrules) deploy.verdict = deployConflict(changes)
    }
    if (overrules) for (const what of changes) world.log.warning(`${what} It is superseded.`)
    return changes.length === 0 || overrules
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const deploy of deploys) deploy.verdict = notStarted(describeError(error))
    return false
  }
}

async function start(world: World, aws: AwsCalls, inputs: Inputs, deploys: readonly ServiceDeploy[]): Promise<void> {
  savePostState(world.step, deploys.map(postState(inputs)))
  await inParallel(deploys, AT_ONCE, async (deploy) => {
    const { plan, taskDefinition } = deploy
    try {
      const rollout =
        (await rollBackInProgress(aws, inputs, plan, taskDefinition)) ??
        (await startRollout(aws, { ...plan, taskDefinition }, inputs.serviceChanges))
      deploy.watch = beginWatch(rollout, world.clock.now())
      const what = rollout.isNew ? `deployment ${rollout.deploymentId}` : 'which it runs already'
      world.log.info(`Service \`${nameOf(plan.name)}\` is to run ${revisionName(taskDefinition)}: ${what}.`)
    } catch (error) {
      if (error instanceof CancelledError) throw error
      deploy.verdict = notStarted(describeError(error))
    }
  })
  savePostState(world.step, deploys.map(postState(inputs)))
}

async function watchAll(world: World, aws: AwsCalls, inputs: Inputs, deploys: readonly ServiceDeploy[]): Promise<void> {
  const watches = deploys.flatMap(({ watch }) => watch ?? [])
  const ends: Promise<void>[] = []
  const end = async (watch: Watch) => {
    const verdict = await applyOnFailure(world, aws, inputs, watch)
    for (const deploy of deploys) if (deploy.watch === watch) deploy.verdict = verdict
  }
  // What failed goes back at once, and not when the slowest of all has its verdict.
  const onVerdict = (watch: Watch) => {
    const ended = end(watch)
    ended.catch(() => {})
    ends.push(ended)
  }
  try {
    await follow(aws, world.log, watches, criteriaOf(inputs, world.clock.now()), { onVerdict })
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

async function cancelAll(
  world: World,
  aws: AwsCalls,
  inputs: Inputs,
  deploys: readonly ServiceDeploy[],
): Promise<void> {
  const last = aws.within(AbortSignal.timeout(LAST_SECONDS_MS))
  await inParallel(deploys, AT_ONCE, async (deploy) => {
    // A verdict of success stands, and so does what came of a failure; one of failure may have been on its way back.
    const isOver = deploy.verdict?.status === 'rolled-back' || deploy.verdict?.status === 'superseded'
    if (isOver || (deploy.watch?.verdict ?? deploy.verdict)?.status === 'succeeded') {
      deploy.verdict ??= deploy.watch?.verdict ?? notWaitedFor()
      return
    }
    const { said, safe } = await applyOnCancel(last, world.log, inputs.onCancel, postState(inputs)(deploy))
    deploy.verdict = cancelled(safe ? said : `${said} The post step of this action tries again.`)
    if (!safe) deploy.unsafe = true
  })
}

const postState =
  ({ serviceChanges }: Inputs) =>
  ({ plan, taskDefinition, watch }: ServiceDeploy): PostState => {
    const previousId = primaryOf(observedService(plan.before))?.id
    const settings = settingsChanged(plan.before, serviceChanges)
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
