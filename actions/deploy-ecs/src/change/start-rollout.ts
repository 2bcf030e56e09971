import { type Service, UpdateServiceCommand, type UpdateServiceRequest } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { retry } from '../../../../toolkit/retry.ts'
import { type AwsCalls, CHECKED_RETRIES, CHECKED_RETRIES_MS } from '../aws/aws-calls.ts'
import { isRetryable } from '../aws/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { readService } from '../aws/services.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import { type ObservedService, observedService } from '../observe/model.ts'
import { rolloutComplete } from '../observe/progress.ts'
import { primaryOf, type Rollout } from '../observe/rollout.ts'
import type { ShippedImage } from '../task-definition/shipped-image.ts'
import { type SettingsChanged, settingsChanged, settingsRequest } from './settings.ts'

/** What a rollout starts from. */
export interface RolloutStart {
  readonly name: ServiceName
  readonly before: Service
  readonly taskDefinition: string
  readonly shipped: readonly ShippedImage[]
}

/** A rollout, and what its update changed besides the revision. */
export interface StartedRollout extends Rollout {
  /** A rollback restores them. */
  readonly settings?: SettingsChanged
}

/** UpdateService with the revision and the settings that inputs name, and nothing else. */
export function updateRequest(
  { name, before, taskDefinition }: RolloutStart,
  changes: ServiceChanges,
): UpdateServiceRequest {
  const { forceNewDeployment } = changes
  return {
    cluster: name.cluster,
    service: name.service,
    taskDefinition,
    ...(forceNewDeployment === true ? { forceNewDeployment } : {}),
    ...settingsRequest(changes, before),
  }
}

/**
 * Updates the service exactly once: a second update would start a second deployment. When an answer is lost, the service is
 * read before the update is sent again.
 */
export async function startRollout(
  aws: AwsCalls,
  start: RolloutStart,
  changes: ServiceChanges,
  request = updateRequest(start, changes),
): Promise<StartedRollout> {
  const { name, before } = start
  const previousId = primaryOf(observedService(before))?.id
  const after = await retry(
    async (attempt) => {
      const adopted = attempt === 1 ? undefined : await alreadyUpdated(aws, start, previousId)
      if (adopted !== undefined) return adopted
      const { service } = await aws.callOnce('updateService', `update service \`${nameOf(name)}\``, () =>
        // Not aborted when the run is cancelled: `on-cancel` has to know whether ECS accepted it.
        aws.clients.ecs.send(new UpdateServiceCommand(request)),
      )
      return observedService(service ?? {})
    },
    {
      clock: aws.clock,
      signal: aws.signal,
      ...CHECKED_RETRIES,
      until: aws.clock.now() + CHECKED_RETRIES_MS,
      retryable: isRetryable,
    },
  )
  const settings = settingsChanged(before, changes)
  return { ...toRollout(start, after, previousId), ...(settings === undefined ? {} : { settings }) }
}

/** The service, if its PRIMARY deployment is new and of our revision. */
async function alreadyUpdated(
  aws: AwsCalls,
  { name, taskDefinition }: RolloutStart,
  previousId: string | undefined,
): Promise<ObservedService | undefined> {
  const service = observedService(await readService(aws, name))
  const primary = primaryOf(service)
  return primary !== undefined && primary.id !== previousId && primary.taskDefinition === taskDefinition
    ? service
    : undefined
}

/** The rollout of a service that was just updated. @throws SlipwayError when ECS shows no PRIMARY deployment. */
export function toRollout(start: RolloutStart, service: ObservedService, previousId: string | undefined): Rollout {
  const primary = primaryOf(service)
  if (primary === undefined) {
    throw new SlipwayError(
      `ECS accepted the update of service \`${nameOf(start.name)}\`, but shows no deployment of it.`,
      {
        hint: 'Look at the service in the console. Services with an external deployment controller cannot be deployed here.',
      },
    )
  }
  const previousTaskDefinition = start.before.taskDefinition ?? ''
  const before = observedService(start.before)
  const isNew = primary.id !== previousId
  return {
    name: start.name,
    service,
    isNew,
    // Tasks of the same revision can only be told apart by the deployment that started them.
    adopts: !isNew || start.taskDefinition !== previousTaskDefinition,
    deploymentId: primary.id,
    createdAt: primary.createdAt,
    taskDefinition: start.taskDefinition,
    previousTaskDefinition,
    ranBefore: wantsTasks(start.before),
    wasComplete: isComplete(before),
    hadTasks: (primaryOf(before)?.runningCount ?? 0) > 0,
    shipped: start.shipped,
  }
}

/** Whether the PRIMARY deployment of a service is complete. */
function isComplete(service: ObservedService): boolean {
  const primary = primaryOf(service)
  return primary !== undefined && rolloutComplete(primary, { at: 0, service })
}

/** Whether a service is meant to run tasks. A DAEMON service is, also where the cluster has no instance yet. */
export const wantsTasks = ({ schedulingStrategy, desiredCount = 0 }: Service): boolean =>
  schedulingStrategy === 'DAEMON' || desiredCount > 0
