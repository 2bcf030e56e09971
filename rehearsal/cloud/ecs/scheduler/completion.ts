// Completes deployments, removes old ones, and reports a steady state.
import type { Ecs } from '../context.ts'
import { addServiceEvent, recordDeployment } from '../journal.ts'
import { events } from '../messages.ts'
import type { Deployment, Service } from '../model.ts'
import { advance } from './blue-green/advance.ts'
import { wantedOf } from './blue-green/desired-tasks.ts'
import { completeDeployment } from './rollout.ts'
import { countOf, desiredCountOf, isHealthy, isWanted, primaryOf, takesTraffic } from './task-counts.ts'

/** Completes the service's deployment, and reports a steady state, if all conditions hold. */
export function concludeRollout(ecs: Ecs, service: Service, wakeIn: (ms: number) => void): void {
  const primary = primaryOf(service)
  if (primary === undefined) return
  dropFinished(ecs, service, primary, wakeIn)
  if (primary.rolloutState === 'IN_PROGRESS' && !primary.halted && isComplete(ecs, service, primary, wakeIn)) {
    completeDeployment(ecs, primary)
    dropFinished(ecs, service, primary, wakeIn)
  }
  if (isSteady(service, primary) && !service.scheduling.steady) {
    service.scheduling.steady = true
    service.scheduling.reportedProblem = undefined
    addServiceEvent(ecs, service, events.steady(service))
  }
}

function isComplete(ecs: Ecs, service: Service, primary: Deployment, wakeIn: (ms: number) => void): boolean {
  const { lifecycle } = primary.record
  if (lifecycle !== undefined) return advance(ecs, primary, lifecycle, wakeIn)
  const { bakeTimeInMinutes = 0, earlySuccessCriteria: early } = service.deploymentConfiguration
  const desired = desiredCountOf(service)
  const healthy = countOf(primary, isHealthy)
  const enough = early?.enable ? Math.ceil((desired * (early.healthyPercent ?? 100)) / 100) : desired
  if (healthy < enough) return false
  if (!early?.enable && countOf(primary, isWanted) !== desired) return false
  const cleansUpLater = early?.enable && early.sourceServiceRevisionCleanup === 'DEFERRED'
  if (!cleansUpLater && service.deployments.some((other) => other !== primary && takesTraffic(other))) return false

  const now = ecs.clock.now()
  primary.bakingSince ??= now
  // A rollback does not bake again, but stays visible for a moment.
  const end = primary.isRollback
    ? primary.createdAt.getTime() + ecs.timing.rollbackLag
    : primary.bakingSince + bakeTimeInMinutes * 60_000
  if (end <= now) return true
  wakeIn(end - now)
  return false
}

/** Removes deployments without tasks. One that was rolled back stays for a moment. */
function dropFinished(ecs: Ecs, service: Service, primary: Deployment, wakeIn: (ms: number) => void): void {
  const now = ecs.clock.now()
  service.deployments = service.deployments.filter((deployment) => {
    if (deployment === primary || takesTraffic(deployment) || (wantedOf(deployment) ?? 0) > 0) return true
    const stays = deployment.staleUntil === 0 ? 0 : deployment.staleUntil + ecs.timing.rollbackLag / 2
    if (stays > now) {
      wakeIn(stays - now)
      return true
    }
    deployment.status = 'INACTIVE'
    recordDeployment(ecs, deployment)
    return false
  })
}

function isSteady(service: Service, primary: Deployment): boolean {
  const desired = desiredCountOf(service)
  return (
    service.deployments.length === 1 &&
    primary.rolloutState === 'COMPLETED' &&
    countOf(primary, isWanted) === desired &&
    countOf(primary, isHealthy) === desired
  )
}
