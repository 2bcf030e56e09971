import { hasReached } from '../../lifecycle.ts'
import type { Deployment } from '../../model.ts'
import { desiredCountOf, primaryOf } from '../task-counts.ts'

/** Whether the deployment runs the revision that the current deployment replaces. */
export const isBlue = (deployment: Deployment): boolean =>
  deployment.revision === primaryOf(deployment.service)?.record.replaces

/**
 * How many tasks a deployment of a service is to have while the service deploys blue/green, linear or canary;
 * `undefined` to leave it as it is.
 */
export function wantedOf(deployment: Deployment): number | undefined {
  const { service } = deployment
  const primary = primaryOf(service)
  const lifecycle = primary?.record.lifecycle
  if (primary === undefined || lifecycle === undefined) return undefined
  const desired = desiredCountOf(service)
  if (deployment === primary) {
    return primary.isRollback || hasReached(lifecycle, 'SCALE_UP') ? desired : 0
  }
  // A failed or superseded deployment keeps its tasks until its traffic is shifted away.
  if (primary.isRollback) return lifecycle.stage === 'CLEAN_UP' && lifecycle.production === 0 ? 0 : undefined
  if (isBlue(deployment)) return lifecycle.stage === 'CLEAN_UP' ? 0 : desired
  return lifecycle.unsettled ? undefined : 0
}
