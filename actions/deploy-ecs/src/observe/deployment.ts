import type { ShippedImage } from '../task-definition/shipped-image.ts'
import type { Observation, ObservedDeployment, ObservedEvent, ObservedService } from './model.ts'

/** The deployment that we follow: the one that this run started, or the one that the service already had. */
export interface FollowedDeployment {
  readonly deploymentId: string
  readonly taskDefinition: string
  /** Milliseconds since the epoch, by ECS's clock. */
  readonly createdAt: number
  /** The revision that ran before. */
  readonly previousTaskDefinition: string
  readonly shipped: readonly ShippedImage[]
  /** False where the service already ran this revision, so that the update started no deployment. */
  readonly isNew: boolean
  /** False for the first deploy of a service that was created with a desired count of 0. */
  readonly ranBefore: boolean
  /** Whether the rollout of the previous revision was COMPLETED. */
  readonly wasComplete: boolean
  /** Whether tasks of the previous revision were running. */
  readonly hadTasks: boolean
}

/** Whether the service already ran this revision, complete. Tasks that fail since then say nothing about the revision. */
export const provenBefore = ({ isNew, ranBefore, wasComplete }: FollowedDeployment): boolean =>
  !isNew && ranBefore && wasComplete

/** The PRIMARY deployment if it is newer than ours. An older one comes from a stale read. */
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

/** The service's events since our deployment was created, oldest first. */
export const eventsSince = (followed: FollowedDeployment, { service }: Observation): readonly ObservedEvent[] =>
  (service?.events ?? []).filter(({ at }) => at >= followed.createdAt).toSorted((a, b) => a.at - b.at)
