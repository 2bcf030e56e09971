// Ends a deployment before it is complete: by the circuit breaker, an alarm or a user.
import type { Ecs } from '../context.ts'
import { addServiceEvent } from '../journal.ts'
import { wantsRollback } from '../lifecycle.ts'
import { events, rollout, verdict } from '../messages.ts'
import type { Deployment, Service, ServiceDeployment } from '../model.ts'
import { closeHooks } from './blue-green/hooks.ts'
import { thresholdOf } from './circuit-breaker.ts'
import { beginRollback, conclude, failDeployment, type RollbackWords, updateStatus } from './rollout.ts'
import { primaryOf } from './task-counts.ts'

/** Ends the current deployment when it failed or a stop was requested. */
export function checkForFailure(ecs: Ecs, service: Service): void {
  const primary = primaryOf(service)
  if (primary === undefined || primary.rolloutState !== 'IN_PROGRESS' || primary.halted) return
  const { record } = primary
  record.breaker.threshold = thresholdOf(service.deploymentConfiguration, service.desiredCount)
  const ending = requested(record) ?? refused(primary) ?? tripped(primary) ?? alarmed(ecs, primary)
  if (ending !== undefined) end(ecs, primary, ending)
}

interface Ending {
  readonly event: string
  readonly rolloutReason: string
  readonly verdict: string
  /** Messages of the rollback; `undefined` for no rollback. */
  readonly rollback: RollbackWords | undefined
}

function end(ecs: Ecs, deployment: Deployment, ending: Ending): void {
  const { service, record } = deployment
  addServiceEvent(ecs, service, events.failed(service, deployment, ending.event))
  failDeployment(ecs, deployment, ending.rolloutReason)
  closeHooks(ecs, record)
  if (deployment.isRollback) conclude(ecs, record, 'ROLLBACK_FAILED', ending.verdict)
  else if (ending.rollback === undefined) conclude(ecs, record, 'STOPPED', ending.verdict)
  else if (beginRollback(ecs, deployment, ending.rollback) === undefined) {
    conclude(ecs, record, 'ROLLBACK_FAILED', `${ending.rollback.verdict} ${verdict.noCandidate}`)
  }
}

function requested({ status }: ServiceDeployment): Ending | undefined {
  if (status !== 'STOP_REQUESTED' && status !== 'ROLLBACK_REQUESTED') return undefined
  const rollback = status === 'ROLLBACK_REQUESTED' ? userRollback : undefined
  return {
    event: 'stopped by a user',
    rolloutReason: rollout.stopped,
    verdict: verdict.userStop,
    rollback,
  }
}

/** A lifecycle hook that was answered with ROLLBACK, or not at all. */
function refused({ record, isRollback }: Deployment): Ending | undefined {
  const hook = record.lifecycle?.hooks.find(wantsRollback)
  if (hook === undefined || isRollback) return undefined
  const words = hook.status === 'TIMED_OUT' ? verdict.hookTimedOut : verdict.hookRollback
  return {
    event: 'lifecycle hook failed',
    rolloutReason: rollout.hook,
    verdict: words,
    rollback: { verdict: words, rollout: rollout.hookRollback },
  }
}

const userRollback: RollbackWords = { verdict: verdict.userRollback, rollout: rollout.stoppedRollback }

function tripped({ failedTasks, record, service }: Deployment): Ending | undefined {
  const { deploymentCircuitBreaker: breaker } = service.deploymentConfiguration
  if (!breaker?.enable || failedTasks < record.breaker.threshold) return undefined
  record.breaker.status = 'TRIGGERED'
  return {
    event: 'tasks failed to start',
    rolloutReason: rollout.breaker,
    verdict: verdict.breakerStop,
    rollback: breaker.rollback ? { verdict: verdict.breakerRollback, rollout: rollout.breakerRollback } : undefined,
  }
}

function alarmed(ecs: Ecs, { record, service }: Deployment): Ending | undefined {
  if (record.alarms.status !== 'MONITORING') return undefined
  const raised = record.alarms.names.filter((name) => ecs.alarms.inAlarm(service.cluster.scope, name))
  if (raised.length === 0) return undefined
  record.alarms.status = 'TRIGGERED'
  record.alarms.triggered = raised
  return {
    event: 'alarm detected',
    rolloutReason: rollout.alarm,
    verdict: verdict.alarmStop(raised),
    rollback: service.deploymentConfiguration.alarms?.rollback
      ? { verdict: verdict.alarmRollback(raised), rollout: rollout.alarmRollback }
      : undefined,
  }
}

/** Requests the end of a deployment, for StopServiceDeployment. */
export function requestStop(ecs: Ecs, record: ServiceDeployment, stopType: 'ROLLBACK' | 'ABORT'): void {
  updateStatus(ecs, record, stopType === 'ABORT' ? 'STOP_REQUESTED' : 'ROLLBACK_REQUESTED')
}
