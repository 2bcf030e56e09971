import { hasReached } from '../../lifecycle.ts'
import type { Deployment } from '../../model.ts'
import { desiredCountOf, primaryOf } from '../task-counts.ts'

/** Whether it runs what the service's deployment is to take the place of. */
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
  // What failed, or was superseded, may still have traffic, until that has been taken from it.
  if (primary.isRollback) return lifecycle.stage === 'CLEAN_UP' && lifecycle.production === 0 ? 0 : undefined
  if (isBlue(deployment)) return lifecycle.stage === 'CLEAN_UP' ? 0 : desired
  return lifecycle.unsettled ? undefined : 0
}
