import { revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { register } from './register.ts'
import { sameRegistration } from './same-registration.ts'
import type { ServicePlan } from './service-plan.ts'

/** Registers the revisions of all services, and returns their ARNs. Services with the same task definition share one revision. */
export async function registerAll(
  context: Pick<Context, 'aws' | 'log'>,
  plans: readonly ServicePlan[],
): Promise<ReadonlyMap<ServicePlan, string>> {
  const arns = new Map<ServicePlan, string>()
  for (const plan of plans) {
    const twin = plans.find(
      (other) => arns.has(other) && sameRegistration(other.revision.registration, plan.revision.registration),
    )
    arns.set(plan, (twin && arns.get(twin)) ?? (await revisionFor(context, plan)))
  }
  return arns
}

async function revisionFor({ aws, log }: Pick<Context, 'aws' | 'log'>, { revision }: ServicePlan): Promise<string> {
  const { arn: present, base, registration } = revision
  if (present !== undefined) {
    log.info(`Deploying ${base.source} unchanged.`)
    return present
  }
  const { arn, isNew } = await register(aws, registration)
  log.info(
    isNew ? `Registered ${revisionName(arn)}, based on ${base.source}.` : `${revisionName(arn)} is already registered.`,
  )
  return arn
}
