// The one rule for whether a newer PRIMARY deployment is ECS's rollback of ours, or somebody else's deploy. Pure.

import { type FollowedDeployment, newerPrimary, ownDeployment } from './deployment.ts'
import type { ObservedDeployment, ObservedService, ObservedServiceDeployment } from './model.ts'

/** What is known of a service when its PRIMARY deployment is no longer ours. */
export interface RollbackFacts {
  readonly service?: ObservedService
  /** Our service deployment, where it can be read. */
  readonly serviceDeployment?: ObservedServiceDeployment
  /** Rollbacks that were recognized before, with their reasons, by deployment id. */
  readonly rollbacks?: ReadonlyMap<string, string>
  /** ECS has accepted our StopServiceDeployment with ROLLBACK. */
  readonly requested?: true
}

/** The PRIMARY deployment of a rollback, and ECS's reason for it; '' where it gives none. */
export interface EcsRollback {
  readonly deployment: ObservedDeployment
  readonly reason: string
}

const STATE_REASON = /rolling back|rollback/i
const EVENT = /rolling back/i
/** ECS writes the event of a rollback when it makes the deployment. */
const EVENT_NEAR_MS = 30_000

/**
 * ECS's rollback of our deployment; `undefined` where the PRIMARY is ours, older, or somebody else's deploy. Its revision alone
 * proves nothing: somebody else may deploy the previous revision too. It is a rollback if
 * - its `rolloutStateReason` says so, which ECS shows only until the rollback is complete, or
 * - it runs what ECS goes back to, and ECS says that ours is being rolled back: by a service event of that moment, by our
 *   deployment that is FAILED, by our service deployment that is ROLLBACK_*, or by having accepted our request for it.
 */
export function ecsRollback(followed: FollowedDeployment, facts: RollbackFacts): EcsRollback | undefined {
  const { service, rollbacks } = facts
  const deployment = newerPrimary(followed, service?.deployments ?? [])
  if (service === undefined || deployment === undefined) return undefined
  const reason = rollbacks?.get(deployment.id) ?? reasonOf(followed, deployment, { ...facts, service })
  return reason === undefined ? undefined : { deployment, reason }
}

function reasonOf(
  followed: FollowedDeployment,
  primary: ObservedDeployment,
  { service, serviceDeployment, requested }: RollbackFacts & { readonly service: ObservedService },
): string | undefined {
  const { rolloutStateReason = '' } = primary
  if (STATE_REASON.test(rolloutStateReason)) return rolloutStateReason
  const goesBack = isRollbackTarget(followed, primary, service)
  const event = service.events.find(
    ({ at, message }) =>
      EVENT.test(message) &&
      at > followed.createdAt &&
      Math.abs(at - primary.createdAt) <= EVENT_NEAR_MS &&
      (goesBack || message.includes(primary.id)),
  )
  if (event !== undefined) return event.message
  if (!goesBack) return undefined
  const own = ownDeployment(followed, service)
  if (own?.rolloutState === 'FAILED') return own.rolloutStateReason ?? ''
  if (serviceDeployment?.status.startsWith('ROLLBACK_') === true) {
    return serviceDeployment.rollbackReason ?? serviceDeployment.statusReason ?? ''
  }
  return requested === true ? '' : undefined
}

/** ECS rolls back to the last deployment that completed, which need not be the one before ours. */
const isRollbackTarget = (
  followed: FollowedDeployment,
  { taskDefinition }: ObservedDeployment,
  { deployments }: ObservedService,
): boolean =>
  taskDefinition === followed.previousTaskDefinition ||
  deployments.some(
    (earlier) =>
      earlier.createdAt < followed.createdAt &&
      earlier.rolloutState === 'COMPLETED' &&
      earlier.taskDefinition === taskDefinition,
  )
