import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { loadTaskDefinition } from '../task-definition/load-task-definition.ts'
import type { Registration } from '../task-definition/registration.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

/** A plan, and the task definition that the service runs now. */
export interface Preview {
  readonly plan: ServicePlan
  readonly current: Registration
  /** Why new tasks start although the revision stays; absent where they do not. */
  readonly movedTag?: string
}

/** Loads the task definitions that the services run now, to compare the plans with. */
export const preview = (aws: AwsCalls, plans: readonly ServicePlan[]): Promise<readonly Preview[]> =>
  inParallel(plans, 4, async (plan) => {
    const { registration } = await loadTaskDefinition(aws, { kind: 'service' }, plan.before.taskDefinition ?? '')
    return { plan, current: registration }
  })
