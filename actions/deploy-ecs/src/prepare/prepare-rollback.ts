// Finds the revisions for `command: rollback`. Changes nothing.
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { defined } from '../../../../toolkit/objects.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { familyOf, revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { findPreviousRevision } from '../rollback-target/previous-revision.ts'
import { withScaling } from '../task-definition/desired-count.ts'
import { loadRevision, registrationOf } from '../task-definition/load-task-definition.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import { checkAccount } from './account.ts'
import { planCounts } from './autoscaling.ts'
import { findDeadlock } from './deadlock.ts'
import { refuseForeignController } from './preflight.ts'
import { refuseGoneImages } from './rollback-images.ts'
import { reportUnknownMembers } from './unknown-members.ts'

/** Plans the rollback of each service: to `rollback-to`, else to the next older revision that was healthy. */
export async function prepareRollback(context: Context): Promise<readonly ServicePlan[]> {
  const { aws, log, inputs } = context
  await checkAccount(aws, inputs.expectedAccountId)
  const services = await describeServices(aws, inputs.services)
  const found = inputs.services.map((name) => ({ name, before: requireService(services, name) }))
  for (const { name, before } of found) refuseForeignController(name, before)
  const bounds = await planCounts(context, found)
  const plans = await inParallel(found, 4, async ({ name, before }): Promise<ServicePlan> => {
    const scaling = bounds.get(nameOf(name))
    const current = before.taskDefinition ?? ''
    const wanted = inputs.rollbackTo === undefined ? undefined : named(inputs.rollbackTo, current)
    refuseOtherRevision(name, current, inputs.rollbackFrom, wanted)
    const target = wanted ?? (await findPreviousRevision(context, name, before))
    const base = await loadRevision(aws, wanted === undefined ? 'service' : 'rollback-to', target)
    const previous = await registrationOf(aws, current)
    await refuseGoneImages(context, { name, before }, target, base)
    // Tasks that crash can look running for a moment: then the way back is open.
    const deadlock = findDeadlock(name, before, withScaling(inputs.serviceChanges, scaling), target)
    if (deadlock !== undefined) log.warning(`${deadlock.text} ${deadlock.hint}`)
    const { registration } = base
    if (base.arn === undefined) {
      log.notice(`${revisionName(target)} was deregistered: the rollback registers the same content again.`)
    }
    const shipped = registration.containerDefinitions.flatMap(({ name: container, image }) =>
      container === undefined || image === undefined ? [] : [{ container, image }],
    )
    const revision = { base, registration, ...defined({ arn: base.arn }) }
    return { name, before, revision, shipped, ...defined({ previous, scaling }) }
  })
  reportUnknownMembers(context, plans)
  return plans
}

/** A number alone is a revision of the service's current family. */
const named = (revision: string, current: string) =>
  /^\d+$/.test(revision) ? `${familyOf(current)}:${revision}` : revision

/** @throws SlipwayError when the service runs neither `rollback-from` nor `wanted`. */
function refuseOtherRevision(
  name: ServiceName,
  current: string,
  from: string | undefined,
  wanted: string | undefined,
): void {
  const now = revisionName(current)
  if (from === undefined || revisionName(named(from, current)) === now) return
  if (wanted !== undefined && revisionName(wanted) === now) return
  throw new SlipwayError(
    `Service \`${nameOf(name)}\` runs ${now}, not ${revisionName(named(from, current))} (\`rollback-from\`): somebody else has deployed since. Nothing was changed.`,
    { hint: 'Check whether that revision is healthy. To roll back from it, leave `rollback-from` out.' },
  )
}
