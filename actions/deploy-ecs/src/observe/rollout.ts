import type { DeploymentAlarms, DeploymentCircuitBreaker } from '@aws-sdk/client-ecs'
import type { ServiceName } from '../aws/service-name.ts'
import type { FollowedDeployment } from './deployment.ts'
import type { ObservedService } from './model.ts'

/** A deployment that was started, of one service. */
export interface Rollout extends FollowedDeployment {
  readonly name: ServiceName
  /** The service as it was right after the update. */
  readonly service: ObservedService
  /** See TaskBook. */
  readonly adopts: boolean
  /** What was changed with it, which goes back with it too. */
  readonly settings?: SettingsChanged
}

/** The deployment that the service is heading for. */
export const primaryOf = ({ deployments }: ObservedService) => deployments.find(({ status }) => status === 'PRIMARY')

/** What inputs may change in a service besides its revision. */
export interface Settings {
  readonly desiredCount?: number
  readonly deploymentCircuitBreaker?: DeploymentCircuitBreaker
  readonly alarms?: DeploymentAlarms
}

/** What a deploy changed of them: the same members in both. */
export interface SettingsChanged {
  readonly from: Settings
  readonly to: Settings
}
