import { inParallel } from '../../../toolkit/parallel.ts'
import type { AwsCalls } from './aws-calls.ts'
import { loadBase } from './load-base.ts'
import type { ServicePlan } from './plan.ts'
import type { Preview } from './tell-plan.ts'

/** Loads what the services run now, to compare plans with. */
export const preview = (aws: AwsCalls, plans: readonly ServicePlan[]): Promise<readonly Preview[]> =>
  inParallel(plans, 4, async (plan) => {
    const { registration } = await loadBase(aws, { from: 'service' }, plan.before.taskDefinition ?? '')
    return { plan, current: registration }
  })
