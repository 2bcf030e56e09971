import type { ServiceName } from '../aws/service-name.ts'
import type { FollowedDeployment } from './deployment.ts'
import type { ObservedService } from './model.ts'

/** A deployment of one service that is followed. */
export interface Rollout extends FollowedDeployment {
  readonly name: ServiceName
  /** The service as it was right after the update. */
  readonly service: ObservedService
  /** See TaskOwner. */
  readonly adopts: boolean
}

/** The PRIMARY deployment: the one that the service rolls out, or has rolled out. */
export const primaryOf = ({ deployments }: ObservedService) => deployments.find(({ status }) => status === 'PRIMARY')
