import type { Service } from '@aws-sdk/client-ecs'
import type { ServiceName } from '../aws/service-name.ts'
import type { CheckedImage } from './check-image.ts'
import type { LoadedTaskDefinition } from './load-task-definition.ts'
import type { Registration } from './registration.ts'

/** One service that is ready to be deployed. */
export interface ServicePlan {
  readonly name: ServiceName
  /** The service as it was found. */
  readonly before: Service
  /** What the service shall run. */
  readonly revision: PlannedRevision
  readonly shipped: readonly CheckedImage[]
}

/** What a service shall run. */
export interface PlannedRevision {
  readonly registration: Registration
  /** The registered revision that this is; without it, one has to be registered. */
  readonly arn?: string
  readonly base: LoadedTaskDefinition
}
