// Moves a blue/green, linear or canary deployment through its lifecycle stages, and rolls it back.
import type { Ecs } from '../../context.ts'
import { hasReached, type Lifecycle, stageAfter } from '../../lifecycle.ts'
import type { Deployment } from '../../model.ts'
import { countOf, desiredCountOf, isHealthy, isWanted, takesTraffic } from '../task-counts.ts'
import { isBlue } from './desired-tasks.ts'
import { awaiting } from './hooks.ts'
import { enter, setStage, settleTraffic, shiftBack } from './stages.ts'

type WakeIn = (ms: number) => void

/** Enters the next lifecycle stage when it is time. Returns whether the deployment is complete. */
export function advance(ecs: Ecs, primary: Deployment, lifecycle: Lifecycle, wakeIn: WakeIn): boolean {
  if (primary.isRollback) return rollBack(ecs, primary, lifecycle, wakeIn)
  if (lifecycle.unsettled) {
    const blue = primary.service.deployments.find((other) => other !== primary && isBlue(other))
    if (blue !== undefined && !isScaled(blue)) return false
    settleTraffic(ecs, primary, lifecycle)
    return later(wakeIn, 0)
  }
  const left = waitLeft(ecs, primary, lifecycle)
  if (left === undefined) return false
  if (left > 0) return later(wakeIn, left)
  const next = stageAfter(lifecycle)
  if (next === undefined) return true
  enter(ecs, primary, lifecycle, next)
  return later(wakeIn, 0)
}

/** Remaining time of the stage in milliseconds; `undefined` while it waits for tasks. */
function waitLeft(ecs: Ecs, primary: Deployment, lifecycle: Lifecycle): number | undefined {
  const now = ecs.clock.now()
  const hooks = awaiting(primary.record)
  if (hooks.length > 0) return Math.max(1, Math.min(...hooks.map(({ expiresAt }) => expiresAt)) - now)
  const { stage, since, steps, stepsDone, stepBake, bake } = lifecycle
  if (hasReached(lifecycle, 'SCALE_UP') && !isScaled(primary)) return undefined
  const others = primary.service.deployments.filter((other) => other !== primary)
  if (stage === 'RECONCILE_SERVICE' && others.some((other) => !isBlue(other) && takesTraffic(other))) return undefined
  if (stage === 'CLEAN_UP' && others.some(takesTraffic)) return undefined
  const bakes =
    stage === 'BAKE_TIME' ? bake : stage === 'PRODUCTION_TRAFFIC_SHIFT' && stepsDone < steps.length ? stepBake : 0
  return since + Math.max(bakes, ecs.timing.lifecycleStage) - now
}

/** Shifts all traffic back as soon as the old tasks can take it, and then removes the new ones. */
function rollBack(ecs: Ecs, rollback: Deployment, lifecycle: Lifecycle, wakeIn: WakeIn): boolean {
  if (!isScaled(rollback)) return false
  const now = ecs.clock.now()
  const left = lifecycle.since + ecs.timing.lifecycleStage - now
  // Production traffic first, without a delay.
  if (lifecycle.production > 0 || lifecycle.unsettled) shiftBack(ecs, rollback, lifecycle, 'production')
  else if (left > 0) return later(wakeIn, left)
  else if (lifecycle.test > 0) shiftBack(ecs, rollback, lifecycle, 'test')
  else if (lifecycle.stage !== 'CLEAN_UP') setStage(ecs, rollback.record, lifecycle, 'CLEAN_UP')
  else return isCleanedUp(ecs, rollback, wakeIn)
  return later(wakeIn, 0)
}

function isCleanedUp(ecs: Ecs, rollback: Deployment, wakeIn: WakeIn): boolean {
  if (rollback.service.deployments.some((other) => other !== rollback && takesTraffic(other))) return false
  // The rolled back state stays visible for a moment.
  const left = rollback.createdAt.getTime() + ecs.timing.rollbackLag - ecs.clock.now()
  return left <= 0 || later(wakeIn, left)
}

function later(wakeIn: WakeIn, ms: number): false {
  wakeIn(ms)
  return false
}

const isScaled = (deployment: Deployment): boolean => {
  const desired = desiredCountOf(deployment.service)
  return countOf(deployment, isHealthy) >= desired && countOf(deployment, isWanted) === desired
}
