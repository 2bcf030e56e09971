import { type Ecs, nowOf } from '../../context.ts'
import { recordHook, recordServiceDeployment } from '../../journal.ts'
import { hooksAt, type Lifecycle, type Stage } from '../../lifecycle.ts'
import type { Deployment, ServiceDeployment } from '../../model.ts'
import { shift } from './traffic.ts'

/** Enters a lifecycle stage: shifts traffic and starts its hooks. */
export function enter(ecs: Ecs, deployment: Deployment, lifecycle: Lifecycle, stage: Stage): void {
  if (stage === 'TEST_TRAFFIC_SHIFT') shift(ecs, deployment, 'test', 100)
  if (stage === 'PRODUCTION_TRAFFIC_SHIFT') {
    shift(ecs, deployment, 'production', lifecycle.steps[lifecycle.stepsDone] ?? 100)
    lifecycle.stepsDone += 1
  }
  setStage(ecs, deployment.record, lifecycle, stage)
  raiseHooks(ecs, deployment.record, lifecycle)
}

/** Shifts traffic back. A rollback has no hooks. */
export function shiftBack(ecs: Ecs, rollback: Deployment, lifecycle: Lifecycle, of: 'production' | 'test'): void {
  if (lifecycle.unsettled) settleTraffic(ecs, rollback, lifecycle)
  else shift(ecs, rollback, of, 0)
  setStage(ecs, rollback.record, lifecycle, of === 'production' ? 'PRODUCTION_TRAFFIC_SHIFT' : 'TEST_TRAFFIC_SHIFT')
}

export function setStage(ecs: Ecs, record: ServiceDeployment, lifecycle: Lifecycle, stage: Stage): void {
  lifecycle.stage = stage
  lifecycle.since = ecs.clock.now()
  record.updatedAt = nowOf(ecs)
  recordServiceDeployment(ecs, record)
}

/** The first stage of a deployment. */
export function open(ecs: Ecs, deployment: Deployment): void {
  const { lifecycle } = deployment.record
  if (lifecycle === undefined) return
  if (!lifecycle.unsettled) settleTraffic(ecs, deployment, lifecycle)
  raiseHooks(ecs, deployment.record, lifecycle)
}

/** Sends all traffic to the live target group, and adds both target groups to the rules. */
export function settleTraffic(ecs: Ecs, deployment: Deployment, lifecycle: Lifecycle): void {
  lifecycle.unsettled = false
  shift(ecs, deployment, 'production', 0)
  shift(ecs, deployment, 'test', 0)
}

function raiseHooks(ecs: Ecs, record: ServiceDeployment, { stage, hooks }: Lifecycle): void {
  for (const { timeoutMs, timeoutAction } of hooksAt(stage, record.configuration)) {
    const expiresAt = ecs.clock.now() + timeoutMs
    const hook = { id: ecs.ids.pauseHook(), status: 'AWAITING_ACTION' as const, expiresAt, timeoutAction }
    hooks.push(hook)
    recordHook(ecs, record, hook)
  }
}
