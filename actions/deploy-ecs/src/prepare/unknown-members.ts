// Members that the SDK does not know. What is read from AWS and sent again is without them.
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { nameOf } from '../aws/service-name.ts'
import { rawService } from '../aws/services.ts'
import type { Context } from '../inputs/context.ts'
import { planFor } from '../task-definition/before-deploy-container.ts'
import type { LoadedTaskDefinition } from '../task-definition/load-task-definition.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { unknownServiceMembers } from '../task-definition/unknown-members.ts'

/**
 * Warns of members that new revisions, updates of services and the task before the deploy will not have, because the SDK does not
 * know them. A revision that is deployed unchanged keeps its own, and so does a setting that is not sent.
 * @throws SlipwayError with `unknown-members: refuse`
 */
export function reportUnknownMembers(context: Pick<Context, 'inputs' | 'log'>, plans: readonly ServicePlan[]): void {
  const bases = plans.flatMap(({ revision }) => (revision.arn === undefined ? [revision.base] : []))
  warnOrRefuse(context, [
    ...[...new Set(bases)].flatMap(sentencesFor),
    ...plans.flatMap((plan) => sentencesOfService(context, plans, plan)),
  ])
}

/** Warns, or with `unknown-members: refuse` throws a SlipwayError. */
export function warnOrRefuse({ inputs, log }: Pick<Context, 'inputs' | 'log'>, sentences: readonly string[]): void {
  if (sentences.length === 0) return
  if (inputs.unknownMembers === 'refuse') {
    throw new SlipwayError(sentences.join('\n'), {
      hint: 'Correct a typing error, or use a newer version of this action. To deploy without these members, set `unknown-members: warn`.',
    })
  }
  for (const sentence of sentences) log.warning(sentence)
}

/** One sentence for each member that a revision loses when it is registered from this one. */
export const sentencesFor = ({
  unknown,
  source,
}: Pick<LoadedTaskDefinition, 'unknown' | 'source'>): readonly string[] =>
  unknown.map((path) => `This action does not know \`${path}\` in ${source}: the new revision is without it.`)

/** UpdateService takes a deployment configuration as a whole. RunTask gets the network, capacity and volumes of the service. */
function sentencesOfService(
  { inputs }: Pick<Context, 'inputs'>,
  plans: readonly ServicePlan[],
  plan: ServicePlan,
): readonly string[] {
  const { circuitBreaker, alarms } = inputs.serviceChanges
  const changing = circuitBreaker === undefined ? 'alarms' : 'circuit-breaker'
  const updates = circuitBreaker !== undefined || alarms !== undefined
  const runs = inputs.beforeDeploy !== undefined && planFor(plans, inputs.beforeDeploy) === plan
  if (!updates && !runs) return []
  const primary = plan.before.deployments?.findIndex(({ status }) => status === 'PRIMARY')
  const ofTask = ['networkConfiguration', 'capacityProviderStrategy', `deployments[${primary}].volumeConfigurations`]
  const starts = (path: string, names: readonly string[]) =>
    names.some((name) => path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
  return unknownServiceMembers(rawService(plan.before) ?? {}).flatMap((path) => {
    const what = `This action does not know \`${path}\` of service \`${nameOf(plan.name)}\``
    if (updates && starts(path, ['deploymentConfiguration']))
      return [`${what}: \`${changing}\` updates that configuration as a whole, without it.`]
    return runs && starts(path, ofTask) ? [`${what}: the task of \`before-deploy-command\` is without it.`] : []
  })
}
