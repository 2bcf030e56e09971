import type { Service } from '@aws-sdk/client-ecs'
import type { ServiceName } from '../aws/service-name.ts'
import type { ScalingBounds } from '../inputs/inputs.ts'
import type { CheckedImage } from './check-image.ts'
import type { LoadedTaskDefinition } from './load-task-definition.ts'
import type { Registration } from './registration.ts'

/** What to deploy to one service. */
export interface ServicePlan {
  readonly name: ServiceName
  /** The service as it was found. */
  readonly before: Service
  /** The bounds of autoscaling, where it sets the count of the service and `desired-count` asks for one. */
  readonly scaling?: ScalingBounds
  /** The revision to deploy. */
  readonly revision: PlannedRevision
  readonly shipped: readonly CheckedImage[]
  /** The content of the revision that the service runs, if it was read. */
  readonly previous?: Registration
}

/** A revision to deploy. */
export interface PlannedRevision {
  readonly registration: Registration
  /** ARN, if it is registered already. */
  readonly arn?: string
  /** Whether `arn` was deregistered: ECS goes back to it while its tasks run, and an update has to register it again. */
  readonly deregistered?: true
  readonly base: LoadedTaskDefinition
}
