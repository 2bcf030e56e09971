import { CancelledError, describeError } from '../../../toolkit/errors.ts'
import { inParallel } from '../../../toolkit/parallel.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { AwsCalls } from './aws/aws-calls.ts'
import { nameOf } from './aws/service-name.ts'
import { revisionName } from './aws/short-names.ts'
import { runBeforeDeploy } from './change/before-deploy-task.ts'
import { seeAgain } from './change/conflict.ts'
import { keep, keepTask, type Undertaking } from './change/post-state.ts'
import { settingsChanged } from './change/settings.ts'
import { startRollout, wantsTasks } from './change/start-rollout.ts'
import type { Inputs } from './inputs/inputs.ts'
import { seenService } from './observe/model.ts'
import { primaryOf } from './observe/rollout.ts'
import type { Outcome } from './report/outcome.ts'
import { leaveSafe } from './rollback/on-cancel.ts'
import { afterFailure } from './rollback/on-failure.ts'
import { rollBackUnderWay } from './rollback/rollback-in-progress.ts'
import { planFor } from './task-definition/before-deploy-container.ts'
import { registerAll } from './task-definition/register-all.ts'
import type { ServicePlan } from './task-definition/service-plan.ts'
import type { Criteria, Verdict } from './watch/verdict.ts'
import { cancelled, nothingDeployed, notStarted, overtaken, unwatched } from './watch/verdicts-without-observation.ts'
import { beginWatch, follow, type Watch } from './watch/watch.ts'

/** One service on its way. */
interface Shipment {
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
  const shipments = plans.map((plan): Shipment => ({ plan, taskDefinition: arns.get(plan) ?? '' }))
  try {
    const goOn = (await runFirst(world, aws, inputs, shipments)) && (await lookAgain(world, aws, inputs, shipments))
    if (goOn) await start(world, aws, inputs, shipments)
    if (goOn && inputs.waitFor !== 'none') await watchAll(world, aws, inputs, shipments)
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    await cancelAll(world, aws, inputs, shipments)
  }
  // The post step has minutes for what could not be done in seconds.
  const unsafe = shipments.filter((shipment) => shipment.unsafe === true)
  keep(world.step, unsafe.map(undertaking(inputs)))
  return shipments.map(({ plan, taskDefinition, watch, verdict }) => ({
    plan,
    taskDefinition,
    verdict: verdict ?? unwatched(),
    ...(watch === undefined ? {} : { watch }),
  }))
}

/** Before any service is touched. @returns whether to go on. */
async function runFirst(
  world: World,
  aws: AwsCalls,
  { beforeDeploy }: Inputs,
  shipments: readonly Shipment[],
): Promise<boolean> {
  const plans = shipments.map(({ plan }) => plan)
  const plan = beforeDeploy && planFor(plans, beforeDeploy)
  const shipment = shipments.find((candidate) => candidate.plan === plan)
  if (beforeDeploy === undefined || shipment === undefined) return true
  try {
    await runBeforeDeploy(world, aws, shipment.plan, shipment.taskDefinition, beforeDeploy, (task) =>
      keepTask(world.step, task),
    )
    return true
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const each of shipments) each.verdict = nothingDeployed(describeError(error))
    return false
  }
}

/** Right before any service is touched: whoever deployed since the plan is not deployed over unasked. @returns whether to go on. */
async function lookAgain(
  world: World,
  aws: AwsCalls,
  inputs: Inputs,
  shipments: readonly Shipment[],
): Promise<boolean> {
  const { onConflict, command, rollbackFrom } = inputs
  const overrules = onConflict === 'supersede' || (command === 'rollback' && rollbackFrom === undefined)
  const plans = shipments.map(({ plan }) => plan)
  try {
    const seen = await seeAgain(aws, plans)
    const changes = seen.flatMap(({ meanwhile }) => meanwhile ?? [])
    for (const [index, { plan }] of seen.entries()) {
      const shipment = shipments[index]
      if (shipment === undefined) continue
      shipment.plan = plan
      if (changes.length > 0 && !overrules) shipment.verdict = overtaken(changes)
    }
    if (overrules) for (const what of changes) world.log.warning(`${what} It is superseded.`)
    return changes.length === 0 || overrules
  } catch (error) {
    if (error instanceof CancelledError) throw error
    for (const shipment of shipments) shipment.verdict = notStarted(describeError(error))
    return false
  }
}

async function start(world: World, aws: AwsCalls, inputs: Inputs, shipments: readonly Shipment[]): Promise<void> {
  keep(world.step, shipments.map(undertaking(inputs)))
  await inParallel(shipments, AT_ONCE, async (shipment) => {
    const { plan, taskDefinition } = shipment
    try {
      const rollout =
        (await rollBackUnderWay(aws, inputs, plan, taskDefinition)) ??
        (await startRollout(aws, { ...plan, taskDefinition }, inputs.serviceChanges))
      shipment.watch = beginWatch(rollout, world.clock.now())
      const what = rollout.isNew ? `deployment ${rollout.deploymentId}` : 'which it runs already'
      world.log.info(`Service \`${nameOf(plan.name)}\` is to run ${revisionName(taskDefinition)}: ${what}.`)
    } catch (error) {
      if (error instanceof CancelledError) throw error
      shipment.verdict = notStarted(describeError(error))
    }
  })
  keep(world.step, shipments.map(undertaking(inputs)))
}

async function watchAll(world: World, aws: AwsCalls, inputs: Inputs, shipments: readonly Shipment[]): Promise<void> {
  const watches = shipments.flatMap(({ watch }) => watch ?? [])
  const ends: Promise<void>[] = []
  const end = async (watch: Watch) => {
    const verdict = await afterFailure(world, aws, inputs, watch)
    for (const shipment of shipments) if (shipment.watch === watch) shipment.verdict = verdict
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

async function cancelAll(world: World, aws: AwsCalls, inputs: Inputs, shipments: readonly Shipment[]): Promise<void> {
  const last = aws.within(AbortSignal.timeout(LAST_SECONDS_MS))
  await inParallel(shipments, AT_ONCE, async (shipment) => {
    // A verdict of success stands, and so does what came of a failure; one of failure may have been on its way back.
    const isOver = shipment.verdict?.verdict === 'rolled-back' || shipment.verdict?.verdict === 'superseded'
    if (isOver || (shipment.watch?.verdict ?? shipment.verdict)?.verdict === 'succeeded') {
      shipment.verdict ??= shipment.watch?.verdict ?? unwatched()
      return
    }
    const { said, safe } = await leaveSafe(last, world.log, inputs.onCancel, undertaking(inputs)(shipment))
    shipment.verdict = cancelled(safe ? said : `${said} The post step of this action tries again.`)
    if (!safe) shipment.unsafe = true
  })
}

const undertaking =
  ({ serviceChanges }: Inputs) =>
  ({ plan, taskDefinition, watch }: Shipment): Undertaking => {
    const previousId = primaryOf(seenService(plan.before))?.id
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
