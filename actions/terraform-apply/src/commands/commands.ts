import { type Approved, checkApproval, readApproved } from '../approval/check-approval.ts'
import { applyPlan, StalePlanError } from '../operations/apply.ts'
import { makePlan, readPlan, type SavedPlan } from '../operations/plan.ts'
import { publish } from '../report/report-plan.ts'
import { enforce } from '../review/guard-rails.ts'
import { type Review, review } from '../review/review.ts'
import type { Run } from '../state/stack.ts'
import { outputsAfterApply, setOutputs } from './outputs.ts'

/** Plans, and shows the plan. */
export async function plan(run: Run): Promise<void> {
  const reviewed = await planned(run)
  if (reviewed.breaches.length > 0) {
    run.world.log.warning('The guard rails will hold this plan up; the summary says where.')
  }
}

/** Plans, and compares the plan with the approved one. Changes nothing. */
export async function verify(run: Run): Promise<void> {
  const approved = await readApproved(run)
  checkApproval(await planned(run), approved, run)
}

/** How many plans an apply makes at most. Each but the first means that another apply came in between, and went through. */
const PLANS = 3

/**
 * Plans, shows the plan, and applies exactly that: when it was approved, and no guard rail holds it up. Where another apply
 * was first, it does so again, as if the step had started after that one. A plan that was handed in is applied, or nothing.
 */
export async function apply(run: Run): Promise<void> {
  const approved = await readApproved(run)
  for (let plans = 1; ; plans++) {
    try {
      await planAndApply(approved, run)
      return
    } catch (error) {
      if (!(error instanceof StalePlanError) || run.inputs.planFile !== undefined || plans === PLANS) throw error
      run.world.log.info(`${error.message} Nothing of it was applied; planning again.`)
    }
  }
}

async function planAndApply(approved: Approved | undefined, run: Run): Promise<void> {
  const reviewed = await planned(run)
  const { saved, breaches, hasChanges } = reviewed
  checkApproval(reviewed, approved, run)
  enforce(breaches)
  if (!hasChanges) {
    run.world.log.info('There is nothing to apply.')
    setOutputs(saved.plan.planned_values?.outputs ?? {}, run.world)
    return
  }
  const outputs = await applyPlan(reviewed, run)
  setOutputs(await outputsAfterApply(outputs, run.tf), run.world)
}

async function planned(run: Run): Promise<Review> {
  const reviewed = review(await savedPlan(run), run)
  await publish(reviewed, run)
  return reviewed
}

const savedPlan = (run: Run): Promise<SavedPlan> =>
  run.inputs.planFile === undefined ? makePlan(run) : readPlan(run.inputs.planFile, run.tf)
