import { type Service, UpdateServiceCommand, type UpdateServiceRequest } from '@aws-sdk/client-ecs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { retry } from '../../../../toolkit/retry.ts'
import { type AwsCalls, PATIENCE_MS, PERSISTENT } from '../aws/aws-calls.ts'
import { isRetryable } from '../aws/errors.ts'
import { nameOf, type ServiceName } from '../aws/service-name.ts'
import { describeServices, requireService } from '../aws/services.ts'
import type { ServiceChanges } from '../inputs/inputs.ts'
import { type ObservedService, observedService } from '../observe/model.ts'
import { rolloutComplete } from '../observe/progress.ts'
import { primaryOf, type Rollout } from '../observe/rollout.ts'
import type { ShippedImage } from '../task-definition/shipped-image.ts'
import { settingsChanged, settingsRequest } from './settings.ts'

/** What a rollout starts from. */
export interface RolloutStart {
  readonly name: ServiceName
  readonly before: Service
  readonly taskDefinition: string
  readonly shipped: readonly ShippedImage[]
}

/** What UpdateService is sent: the revision, and what the user asked for. */
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
 * Updates the service, exactly once. When an answer is lost on the way, the service is looked at before anything is sent
 * again: a second update would start a second deployment.
 */
export async function startRollout(
  aws: AwsCalls,
  start: RolloutStart,
  changes: ServiceChanges,
  request = updateRequest(start, changes),
): Promise<Rollout> {
  const { name, before } = start
  const previousId = primaryOf(observedService(before))?.id
  const after = await retry(
    async (attempt) => {
      const adopted = attempt === 1 ? undefined : await alreadyUpdated(aws, start, previousId)
      if (adopted !== undefined) return adopted
      const { service } = await aws.callOnce('updateService', `update service \`${nameOf(name)}\``, () =>
        // Not aborted with the run: whether ECS took it has to be known, above all then.
        aws.clients.ecs.send(new UpdateServiceCommand(request)),
      )
      return observedService(service ?? {})
    },
    {
      clock: aws.clock,
      signal: aws.signal,
      ...PERSISTENT,
      until: aws.clock.now() + PATIENCE_MS,
      retryable: isRetryable,
    },
  )
  const settings = settingsChanged(before, changes)
  return { ...toRollout(start, after, previousId), ...(settings === undefined ? {} : { settings }) }
}

/** The service, if it is on its way to our revision through a deployment that was not there before. */
async function alreadyUpdated(
  aws: AwsCalls,
  { name, taskDefinition }: RolloutStart,
  previousId: string | undefined,
): Promise<ObservedService | undefined> {
  const service = observedService(requireService(await describeServices(aws, [name]), name))
  const primary = primaryOf(service)
  return primary !== undefined && primary.id !== previousId && primary.taskDefinition === taskDefinition
    ? service
    : undefined
}

export function toRollout(start: RolloutStart, service: ObservedService, previousId: string | undefined): Rollout {
  const primary = primaryOf(service)
  if (primary === undefined) {
    throw new SlipwayError(`ECS took the update of service \`${nameOf(start.name)}\`, but shows no deployment of it.`, {
      hint: 'Look at the service in the console. Services with an external deployment controller cannot be deployed here.',
    })
  }
  const previousTaskDefinition = start.before.taskDefinition ?? ''
  const isNew = primary.id !== previousId
  return {
    name: start.name,
    service,
    isNew,
    // New tasks of the same revision can only be told from the old ones by the deployment that started them.
    adopts: !isNew || start.taskDefinition !== previousTaskDefinition,
    deploymentId: primary.id,
    createdAt: primary.createdAt,
    taskDefinition: start.taskDefinition,
    previousTaskDefinition,
    ranBefore: wantsTasks(start.before),
    wasComplete: isComplete(observedService(start.before)),
    shipped: start.shipped,
  }
}

/** Whether what a service heads for is all there. */
function isComplete(service: ObservedService): boolean {
  const primary = primaryOf(service)
  return primary !== undefined && rolloutComplete(primary, { at: 0, service })
}

/** Whether a service is there to run tasks. A DAEMON service has as many as there are instances, none included. */
export const wantsTasks = ({ schedulingStrategy, desiredCount = 0 }: Service): boolean =>
  schedulingStrategy === 'DAEMON' || desiredCount > 0
