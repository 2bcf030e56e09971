import { type Approved, checkApproval, readApproved } from '../approval/check-approval.ts'
import { applyPlan, StalePlanError } from '../operations/apply.ts'
import { makePlan, readPlan, type SavedPlan } from '../operations/plan.ts'
import { reportApply } from '../report/apply-report.ts'
import { reportPlan } from '../report/report-plan.ts'
import { enforce } from '../review/guard-rails.ts'
import { type Review, review } from '../review/review.ts'
import type { Stack } from '../state/stack.ts'
import { outputsAfterApply, setOutputs } from './outputs.ts'

/** Makes a plan, and reports it. */
export async function plan(stack: Stack): Promise<void> {
  const reviewed = await planned(stack)
  if (reviewed.breaches.length > 0) {
    stack.world.log.warning('The guard rails would stop an apply of this plan; the summary says why.')
  }
}

/** Makes a plan, and compares it with the approved one. Changes nothing. */
export async function verify(stack: Stack): Promise<void> {
  const approved = await readApproved(stack)
  checkApproval(stack, await planned(stack), approved)
}

/** The most plans that an apply makes. Each plan after the first means that another apply has changed the state in between. */
const PLANS = 3

/**
 * Makes a plan, reports it, and applies exactly that plan, if it was approved and no guard rail stops it. If another apply changes
 * the state first, starts over with a new plan. A plan of an earlier step is applied or refused, never replaced by another.
 */
export async function apply(stack: Stack): Promise<void> {
  const approved = await readApproved(stack)
  for (let plans = 1; ; plans++) {
    try {
      await planAndApply(stack, approved)
      return
    } catch (error) {
      if (!(error instanceof StalePlanError) || stack.inputs.planFile !== undefined || plans === PLANS) throw error
      stack.world.log.info(`${error.message} Nothing of it was applied; planning again.`)
    }
  }
}

async function planAndApply(stack: Stack, approved: Approved | undefined): Promise<void> {
  const { world, tf } = stack
  const reviewed = await planned(stack)
  const { saved, breaches, hasChanges, scrub } = reviewed
  checkApproval(stack, reviewed, approved)
  enforce(breaches)
  if (!hasChanges) {
    world.log.info('There is nothing to apply.')
    setOutputs(world, saved.plan.planned_values?.outputs ?? {})
    return
  }
  const end = await applyPlan(stack, saved, scrub)
  reportApply(world, end)
  if (end.error !== undefined) throw end.error
  setOutputs(world, await outputsAfterApply(tf, end.outputs))
}

async function planned(stack: Stack): Promise<Review> {
  const reviewed = review(stack, await savedPlan(stack))
  await reportPlan(stack, reviewed)
  return reviewed
}

const savedPlan = (stack: Stack): Promise<SavedPlan> =>
  stack.inputs.planFile === undefined ? makePlan(stack) : readPlan(stack.tf, stack.inputs.planFile)
