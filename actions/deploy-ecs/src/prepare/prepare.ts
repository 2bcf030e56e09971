// Reads and checks everything that a deploy needs. Changes nothing.
import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { defined } from '../../../../toolkit/objects.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { poll } from '../../../../toolkit/poll.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { accountOf, familyOf } from '../aws/short-names.ts'
import { checkDependencies } from '../dependencies/check.ts'
import { collectDependencies } from '../dependencies/collect.ts'
import type { Context } from '../inputs/context.ts'
import type { ScalingBounds } from '../inputs/inputs.ts'
import { deploymentInProgress } from '../observe/in-progress.ts'
import { applyChanges, imagesOf } from '../task-definition/apply-changes.ts'
import { chosenContainer, planFor } from '../task-definition/before-deploy-container.ts'
import { changesForService, refuseUnknownContainers, withDatadogTags } from '../task-definition/changes-per-service.ts'
import type { CheckedImage } from '../task-definition/check-image.ts'
import { withScaling } from '../task-definition/desired-count.ts'
import { type ImageToShip, imagesToShip } from '../task-definition/images-to-ship.ts'
import { refuseOtherVolumes } from '../task-definition/launch-volumes.ts'
import {
  type LoadedTaskDefinition,
  loadTaskDefinition,
  registrationOf,
} from '../task-definition/load-task-definition.ts'
import type { Registration } from '../task-definition/registration.ts'
import { sameRegistration } from '../task-definition/same-registration.ts'
import type { PlannedRevision, ServicePlan } from '../task-definition/service-plan.ts'
import { checkAccount } from './account.ts'
import { planCounts } from './autoscaling.ts'
import { checkImages, imageKey } from './check-images.ts'
import { versionToTag } from './code-version.ts'
import { refuseDeadlock } from './deadlock.ts'
import { refuseMissingNamedPorts } from './network.ts'
import {
  refuseForeignController,
  refuseMissingExecutionRole,
  refuseMissingPorts,
  refuseServiceChanges,
} from './preflight.ts'
import { tryToWatch } from './try-to-watch.ts'
import { reportUnknownMembers } from './unknown-members.ts'

/** A service as it was found. */
interface FoundService {
  readonly name: ServiceName
  readonly before: Service
}

/** A service with the task definition that its deploy starts from. */
interface LoadedService extends FoundService {
  readonly base: LoadedTaskDefinition
  /** The content of the current revision, if it was read. */
  readonly previous?: Registration
}

/** A service with the task definition that it shall run. */
interface Draft extends LoadedService {
  readonly registration: Registration
  readonly images: readonly ImageToShip[]
}

/** Reads the services, plans what each shall run, and refuses a deploy that cannot succeed. */
export async function prepare(context: Context): Promise<readonly ServicePlan[]> {
  const { aws, inputs, region, log } = context
  for (const sentence of inputs.commentLines) log.info(sentence)
  await checkAccount(aws, inputs.expectedAccountId)
  const found = await readServices(context)
  const bounds = await planCounts(context, found)
  const services = await loadTaskDefinitions(context, found)
  // With one service, applyChanges has the better error: it names the task definition.
  if (services.length > 1)
    refuseUnknownContainers(
      services.map(({ base }) => base),
      inputs.taskDefinitionChanges,
    )
  const drafts = services.map((service) => draft(context, service))
  const checked = await checkImages(
    context,
    drafts.flatMap(({ images }) => images),
  )
  const plans = drafts.map((one) => toPlan(one, checked, bounds.get(nameOf(one.name))))
  reportUnknownMembers(context, plans)
  for (const { name, before, revision, scaling } of plans)
    refuseDeadlock(name, before, withScaling(inputs.serviceChanges, scaling), revision.arn)
  const first = inputs.beforeDeploy && planFor(plans, inputs.beforeDeploy)
  if (first !== undefined) chosenContainer(first, inputs.beforeDeploy?.container)
  // All services are in the account of the credentials.
  const location = { account: accountOf(plans[0]?.before.serviceArn ?? ''), region }
  const references = plans.flatMap(({ revision }) => collectDependencies(revision.registration, location))
  await checkDependencies(context, references, location)
  if (inputs.waitFor === 'healthy' || inputs.waitFor === 'bake') await tryToWatch(aws, plans)
  return plans
}

function draft({ inputs, env }: Context, service: LoadedService): Draft {
  const { name, base, previous } = service
  const { taskDefinitionChanges, environment, services } = inputs
  const changes = services.length > 1 ? changesForService(base, taskDefinitionChanges) : taskDefinitionChanges
  const commit = readWorkflowRun(env).sha || 'unknown'
  const version = versionToTag(previous, applyChanges(base.registration, changes), commit)
  const tagged = withDatadogTags(changes, {
    service: name.service,
    version,
    ...(environment === undefined ? {} : { env: environment }),
  })
  const registration = applyChanges(base.registration, tagged)
  const images = imagesToShip(inputs.taskDefinitionSource, registration, imagesOf(base.registration, tagged))
  return { ...service, registration, images }
}

function toPlan(
  { name, before, base, registration, images, previous }: Draft,
  checked: ReadonlyMap<string, CheckedImage>,
  scaling: ScalingBounds | undefined,
): ServicePlan {
  refuseMissingPorts(name, before, registration)
  refuseMissingNamedPorts(name, before, registration)
  refuseOtherVolumes(name, before, registration)
  refuseMissingExecutionRole(registration)
  const shipped = images.flatMap((image) => checked.get(imageKey(image)) ?? [])
  return { name, before, revision: plannedRevision(base, registration), shipped, ...defined({ previous, scaling }) }
}

/** A registered revision that needs no change is deployed as it is. */
const plannedRevision = (base: LoadedTaskDefinition, registration: Registration): PlannedRevision => ({
  base,
  registration,
  ...(base.arn !== undefined && sameRegistration(registration, base.registration) ? { arn: base.arn } : {}),
})

async function readServices({ aws, inputs, log, clock, signal }: Context): Promise<readonly FoundService[]> {
  const read = async () => {
    const services = await describeServices(aws, inputs.services)
    return inputs.services.map((name) => ({ name, before: requireService(services, name) }))
  }
  const found = await read()
  for (const { name, before } of found) {
    refuseForeignController(name, before)
    refuseServiceChanges(name, before, inputs.serviceChanges)
  }
  const busy = inProgress(found)
  if (busy.length === 0) return found
  if (inputs.onConflict === 'supersede') {
    for (const what of busy) log.warning(`${what} This deploy supersedes it (\`on-conflict: supersede\`).`)
    return found
  }
  if (inputs.onConflict === 'fail') {
    throw new SlipwayError(busy.join('\n'), {
      hint: 'Run the step again when it is done; where its tasks keep failing, it may never be. Or set `on-conflict: wait` or `on-conflict: supersede`. Keep deploys of one service apart with `concurrency:` in the workflow.',
    })
  }
  for (const what of busy) log.info(`${what} Waiting for it to end.`)
  return poll(
    async () => {
      const now = await read()
      return inProgress(now).length === 0 ? now : undefined
    },
    {
      clock,
      signal,
      timeoutMs: inputs.timeoutMs,
      delayMs: () => 5000,
      what: 'the deployment that was in progress before this one',
    },
  )
}

const inProgress = (found: readonly FoundService[]): readonly string[] =>
  found.flatMap(({ name, before }) => {
    const deployment = deploymentInProgress(before)
    return deployment === undefined ? [] : [`Service \`${nameOf(name)}\` has a deployment in progress: ${deployment}.`]
  })

async function loadTaskDefinitions(
  { aws, inputs, log }: Context,
  services: readonly FoundService[],
): Promise<readonly LoadedService[]> {
  // Services that run the same revision share one task definition.
  const loading = new Map<string, Promise<LoadedTaskDefinition>>()
  const loaded = await inParallel(services, 4, async (service): Promise<LoadedService> => {
    const current = service.before.taskDefinition ?? ''
    const loads = loading.get(current) ?? loadTaskDefinition(aws, inputs.taskDefinitionSource, current)
    loading.set(current, loads)
    const base = await loads
    const isBase = inputs.taskDefinitionSource.kind === 'service'
    const reads = !isBase && inputs.taskDefinitionChanges.datadog !== undefined
    const previous = isBase ? base.registration : reads ? await registrationOf(aws, current) : undefined
    return { ...service, base, ...defined({ previous }) }
  })
  for (const { name, before, base } of inputs.taskDefinitionSource.kind === 'file' ? loaded : []) {
    const [now, next] = [familyOf(before.taskDefinition ?? ''), base.registration.family]
    if (now === next || now === '') continue
    log.warning(
      `Service \`${nameOf(name)}\` runs the family \`${now}\`, and ${base.source} is of the family \`${next}\`: this deploy moves the service there.`,
    )
  }
  for (const { leftOut, source } of new Set(loaded.map(({ base }) => base))) {
    for (const sentence of leftOut) log.warning(`In ${source}: ${sentence}`)
  }
  return loaded
}
