import type { ShippedImage } from '../task-definition/shipped-image.ts'
import type { ObservedDeployment, ObservedService } from './model.ts'

/** The deployment that is judged. */
export interface FollowedDeployment {
  readonly deploymentId: string
  readonly taskDefinition: string
  /** By the server's clock. */
  readonly createdAt: number
  /** The revision that ran before. */
  readonly previousTaskDefinition: string
  readonly shipped: readonly ShippedImage[]
  /** False where the service already ran this, so that there was nothing to start. */
  readonly isNew: boolean
  /** False for the first deploy of a service that was made with no tasks. */
  readonly ranBefore: boolean
  /** Whether the revision before had rolled out to the end. */
  readonly wasComplete: boolean
}

/** Whether our revision had proven itself before we came: what fails since then speaks of something else. */
export const provenBefore = ({ isNew, ranBefore, wasComplete }: FollowedDeployment): boolean =>
  !isNew && ranBefore && wasComplete

/** A PRIMARY that came after ours; an older one is a stale read. */
export const newerPrimary = (
  followed: FollowedDeployment,
  deployments: readonly ObservedDeployment[],
): ObservedDeployment | undefined =>
  deployments.find(
    ({ id, status, createdAt }) =>
      status === 'PRIMARY' && id !== followed.deploymentId && createdAt >= followed.createdAt,
  )

/** Our deployment, while the service lists it. */
export const ownDeployment = (
  followed: FollowedDeployment,
  service: ObservedService | undefined,
): ObservedDeployment | undefined => service?.deployments.find(({ id }) => id === followed.deploymentId)
