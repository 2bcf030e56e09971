import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import type { Preview } from '../report/report-plan.ts'
import { loadBase } from '../task-definition/load-task-definition.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

/** Loads what the services run now, to compare plans with. */
export const preview = (aws: AwsCalls, plans: readonly ServicePlan[]): Promise<readonly Preview[]> =>
  inParallel(plans, 4, async (plan) => {
    const { registration } = await loadBase(aws, { from: 'service' }, plan.before.taskDefinition ?? '')
    return { plan, current: registration }
  })
