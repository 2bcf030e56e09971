// Reads and checks all that a deploy needs. Nothing is changed here.

import type { Service } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { readWorkflowRun } from '../../../../toolkit/github.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import { poll } from '../../../../toolkit/poll.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import { listTasks } from '../aws/tasks.ts'
import { checkDependencies } from '../dependencies/check.ts'
import { collectDependencies } from '../dependencies/collect.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { deploymentInProgress } from '../observe/in-progress.ts'
import { observedService } from '../observe/model.ts'
import { readTargets } from '../observe/target-health.ts'
import { applyChanges, imagesOf } from '../task-definition/apply-changes.ts'
import { chosenContainer, planFor } from '../task-definition/before-deploy-container.ts'
import { changesForService, refuseUnknownContainers, withDatadogTags } from '../task-definition/changes-per-service.ts'
import { type CheckedImage, checkImage } from '../task-definition/check-image.ts'
import { type LoadedTaskDefinition, loadTaskDefinition } from '../task-definition/load-task-definition.ts'
import type { Registration } from '../task-definition/registration.ts'
import { sameRegistration } from '../task-definition/same-registration.ts'
import type { PlannedRevision, ServicePlan } from '../task-definition/service-plan.ts'
import { checkAccount } from './account.ts'
import {
  missingTargetGroup,
  refuseForeignController,
  refuseMissingExecutionRole,
  refuseMissingPorts,
  refuseServiceChanges,
} from './preflight.ts'

/** Reads the services, works out what each shall run, and refuses what cannot go well. */
export async function prepare(
  world: World,
  aws: AwsCalls,
  inputs: Inputs,
  region: string,
): Promise<readonly ServicePlan[]> {
  await checkAccount(aws, inputs.expectedAccountId)
  const services = await readServices(world, aws, inputs)
  const bases = await loadBases(world, aws, inputs, services)
  // One task definition alone says better what it has.
  if (bases.length > 1) refuseUnknownContainers(bases, inputs.taskDefinitionChanges)
  const registrations = bases.map((base, index) => {
    const { name } = at(services, index)
    const changes =
      inputs.services.length > 1 ? changesForService(base, inputs.taskDefinitionChanges) : inputs.taskDefinitionChanges
    const version = readWorkflowRun(world.env).sha || 'unknown'
    const environment = inputs.environment === undefined ? {} : { env: inputs.environment }
    const tagged = withDatadogTags(changes, { service: name.service, version, ...environment })
    return { registration: applyChanges(base.registration, tagged), images: imagesOf(base.registration, tagged) }
  })
  const checked = await checkImages(world, aws, region, registrations)
  const plans = services.map(({ name, before }, index): ServicePlan => {
    const { registration, images } = at(registrations, index)
    refuseMissingPorts(name, before, registration)
    refuseMissingExecutionRole(registration)
    const shipped = [...images].flatMap(([container, image]) => checked.get(`${container}=${image}`) ?? [])
    return { name, before, target: toTarget(at(bases, index), registration), shipped }
  })
  const first = inputs.beforeDeploy && planFor(plans, inputs.beforeDeploy)
  if (first !== undefined) chosenContainer(first, inputs.beforeDeploy?.container)
  const place = { account: accountOf(plans), region }
  await checkDependencies(
    aws,
    world.log,
    plans.flatMap(({ target }) => collectDependencies(target.registration, place)),
    place,
  )
  if (inputs.waitFor === 'healthy' || inputs.waitFor === 'bake') await tryToWatch(aws, plans)
  return plans
}

/** The account of the services; the credentials are of one account, and so are they all. */
const accountOf = (plans: readonly ServicePlan[]) => plans[0]?.before.serviceArn?.split(':')[4] ?? ''

/** A base that needs no change is deployed as it is. */
const toTarget = (base: LoadedTaskDefinition, registration: Registration): PlannedRevision => ({
  base,
  registration,
  ...(base.arn !== undefined && sameRegistration(registration, base.registration) ? { arn: base.arn } : {}),
})

interface FoundService {
  readonly name: ServiceName
  readonly before: Service
}

async function readServices(world: World, aws: AwsCalls, inputs: Inputs): Promise<readonly FoundService[]> {
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
    for (const what of busy) world.log.warning(`${what} It is superseded, as \`on-conflict: supersede\` says.`)
    return found
  }
  if (inputs.onConflict === 'fail') {
    throw new SlipwayError(busy.join('\n'), {
      hint: 'Run the step again when it is done, set `on-conflict: wait` or `on-conflict: supersede`, and keep deploys of one service apart with `concurrency:` in the workflow.',
    })
  }
  for (const what of busy) world.log.info(`${what} Waiting for it to end.`)
  return poll(
    async () => {
      const now = await read()
      return inProgress(now).length === 0 ? now : undefined
    },
    {
      clock: world.clock,
      signal: world.signal,
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

async function loadBases(
  world: World,
  aws: AwsCalls,
  inputs: Inputs,
  services: readonly FoundService[],
): Promise<readonly LoadedTaskDefinition[]> {
  // Services that run the same revision share one base.
  const loading = new Map<string, Promise<LoadedTaskDefinition>>()
  const bases = await inParallel(services, 4, ({ before }) => {
    const current = before.taskDefinition ?? ''
    const base = loading.get(current) ?? loadTaskDefinition(aws, inputs.taskDefinitionSource, current)
    loading.set(current, base)
    return base
  })
  for (const { unknown, source } of new Set(bases)) {
    for (const path of unknown) world.log.warning(`ECS does not know \`${path}\` in ${source}: it is left out.`)
  }
  return bases
}

async function checkImages(
  world: World,
  aws: AwsCalls,
  region: string,
  registrations: readonly { readonly images: ReadonlyMap<string, string> }[],
): Promise<ReadonlyMap<string, CheckedImage>> {
  const wanted = new Map(
    registrations.flatMap(({ images }) =>
      [...images].map(([container, image]) => [`${container}=${image}`, { container, image }] as const),
    ),
  )
  const checked = await inParallel([...wanted.values()], 4, ({ container, image }) =>
    checkImage(aws, world.env, region, container, image),
  )
  for (const note of new Set(checked.flatMap((image) => image.note ?? []))) world.log.warning(note)
  return new Map(checked.map((image) => [`${image.container}=${image.image}`, image]))
}

/** As many as may be asked for at once. More would take longer than they are worth: each is asked for again soon enough. */
const MOST_TARGET_GROUPS = 20

/** Makes once, before anything is changed, the calls that following the deploy cannot do without. */
async function tryToWatch(aws: AwsCalls, plans: readonly ServicePlan[]): Promise<void> {
  const [first] = plans
  if (first === undefined) return
  await listTasks(aws, first.name, 'RUNNING')
  const balanced = plans.flatMap(({ name, before }) =>
    observedService(before).loadBalancers.map((balancer) => ({ name, balancer })),
  )
  const distinct = new Map(balanced.map((one) => [one.balancer.targetGroupArn, one]))
  await inParallel([...distinct.values()].slice(0, MOST_TARGET_GROUPS), 4, async ({ name, balancer }) => {
    await readTargets(aws, name.cluster, [balancer], [], new Map()).catch((error) => {
      throw missingTargetGroup(name, error) ?? error
    })
  })
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`There is no item ${index}.`)
  return item
}
