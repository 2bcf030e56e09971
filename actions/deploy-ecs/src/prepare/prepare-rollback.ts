// Finds the revisions for `command: rollback`. Changes nothing.
import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { defined } from '../../../../toolkit/objects.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { familyOf, revisionName } from '../aws/short-names.ts'
import type { Context } from '../inputs/context.ts'
import { shiftsBackTo } from '../observe/blue-green.ts'
import { findPreviousRevisions } from '../rollback-target/previous-revision.ts'
import { withScaling } from '../task-definition/desired-count.ts'
import { registrationOf } from '../task-definition/load-task-definition.ts'
import type { PlannedRevision, ServicePlan } from '../task-definition/service-plan.ts'
import { checkAccount } from './account.ts'
import { planCounts } from './autoscaling.ts'
import { findDeadlock } from './deadlock.ts'
import { refuseForeignController } from './preflight.ts'
import { firstCandidate, namedCandidate, type RollbackCandidate } from './rollback-candidate.ts'
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
    const candidate =
      wanted === undefined
        ? await firstCandidate(context, { name, before }, await findPreviousRevisions(context, name, before))
        : await namedCandidate(context, { name, before }, wanted)
    const previous = await registrationOf(aws, current)
    // Tasks that crash can look running for a moment: then the way back is open.
    const deadlock = findDeadlock(name, before, withScaling(inputs.serviceChanges, scaling), candidate.target)
    if (deadlock !== undefined) log.warning(`${deadlock.text} ${deadlock.hint}`)
    const revision = plannedRevision(context, before, candidate)
    const shipped = revision.registration.containerDefinitions.flatMap(({ name: container, image }) =>
      container === undefined || image === undefined ? [] : [{ container, image }],
    )
    return { name, before, revision, shipped, ...defined({ previous, scaling }) }
  })
  reportUnknownMembers(context, plans)
  return plans
}

/** The revision to deploy. The content of one that was deregistered is registered again, unless ECS only has to give its tasks the traffic back. */
function plannedRevision(
  { inputs, log }: Pick<Context, 'inputs' | 'log'>,
  before: Service,
  { target, base }: RollbackCandidate,
): PlannedRevision {
  const { registration, arn } = base
  if (arn !== undefined) return { base, registration, arn }
  const back = shiftsBackTo(before)
  if (back !== undefined && revisionName(back) === revisionName(target) && isEmpty(inputs.serviceChanges))
    return { base, registration, arn: back, deregistered: true }
  log.notice(`${revisionName(target)} was deregistered: the rollback registers the same content again.`)
  return { base, registration }
}

const isEmpty = (changes: object): boolean => Object.keys(changes).length === 0

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
