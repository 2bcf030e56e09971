// Deployments that others started after the plan was made. A task before the deploy can take a while.

import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf } from '../aws/service-name.ts'
import { describeServices } from '../aws/services.ts'
import { revisionName } from '../aws/short-names.ts'
import { observedService } from '../observe/model.ts'
import { primaryOf } from '../observe/rollout.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

/** A plan with the service as it is now; where there is a conflict, that in a sentence. */
export interface ConflictCheck {
  readonly plan: ServicePlan
  readonly conflict?: string
}

/** Reads the services again and reports each that has another PRIMARY deployment than in its plan, in the order of the plans. */
export async function findConflicts(aws: AwsCalls, plans: readonly ServicePlan[]): Promise<readonly ConflictCheck[]> {
  const services = await describeServices(
    aws,
    plans.map(({ name }) => name),
  )
  return plans.map((plan): ConflictCheck => {
    const before = services.get(nameOf(plan.name))
    const then = primaryOf(observedService(plan.before))
    const now = before && primaryOf(observedService(before))
    // An older PRIMARY is a stale read.
    if (before === undefined || then === undefined || now === undefined || now.createdAt < then.createdAt)
      return { plan }
    // Autoscaling may have changed the count since.
    if (now.id === then.id) return { plan: { ...plan, before } }
    const [to, from] = [revisionName(now.taskDefinition), revisionName(then.taskDefinition)]
    const conflict = `Somebody else deployed to service \`${nameOf(plan.name)}\`: deployment ${now.id} of ${to} replaced ${from}.`
    return { plan: { ...plan, before }, conflict }
  })
}
