// Whether services are still as they were when the deploy was planned. A task before the deploy may have taken its time.

import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { describeServices } from '../aws/services.ts'
import { revisionName } from '../aws/short-names.ts'
import { observedService } from '../observe/model.ts'
import { primaryOf } from '../observe/rollout.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
/** A plan, with its service as it is now where somebody has deployed since, and then what they did. */
export interface ConflictCheck {
  readonly plan: ServicePlan
  readonly meanwhile?: string
}

/** Looks whether somebody else has deployed to the services since they were read. */
export async function findConflicts(aws: AwsCalls, plans: readonly ServicePlan[]): Promise<readonly ConflictCheck[]> {
  const services = await describeServices(
    aws,
    plans.map(({ name }) => name),
  )
  return plans.map((plan): ConflictCheck => {
    const before = services.get(nameOf(plan.name))
    const then = primaryOf(observedService(plan.before))
    const now = before && primaryOf(observedService(before))
    // One that is older is a stale read.
    if (before === undefined || then === undefined || now === undefined || now.createdAt < then.createdAt)
      return { plan }
    if (now.id === then.id) return { plan }
    const [to, from] = [revisionName(now.taskDefinition), revisionName(then.taskDefinition)]
    const meanwhile = `Service \`${nameOf(plan.name)}\` was deployed to meanwhile: deployment ${now.id} of ${to}, in place of ${from}.`
    return { plan: { ...plan, before }, meanwhile }
  })
}
