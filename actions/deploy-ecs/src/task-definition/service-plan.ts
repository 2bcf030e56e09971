import type { Service } from '@aws-sdk/client-ecs'
import type { ServiceName } from '../aws/service-name.ts'
import type { CheckedImage } from './check-image.ts'
import type { LoadedBase } from './load-task-definition.ts'
import type { Registration } from './registration.ts'

/** One service that is ready to be deployed. */
export interface ServicePlan {
  readonly name: ServiceName
  /** The service as it was found. */
  readonly before: Service
  readonly target: Target
  readonly shipped: readonly CheckedImage[]
}

/** What a service shall run. */
export interface Target {
  readonly registration: Registration
  /** The registered revision that this is; without it, one has to be registered. */
  readonly arn?: string
  readonly base: LoadedBase
}
