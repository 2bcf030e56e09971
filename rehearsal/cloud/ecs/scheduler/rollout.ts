// Begins and ends deployments of a service: changes its deployments, service deployments and events.
import { ecsArn } from '../arn.ts'
import { type Ecs, nowOf } from '../context.ts'
import { addServiceEvent, recordDeployment, recordServiceDeployment } from '../journal.ts'
import { beginLifecycle, otherSlot, shiftsTraffic } from '../lifecycle.ts'
import { events, rollout, verdict } from '../messages.ts'
import type { Deployment, Service, ServiceDeployment, ServiceRevision, ServiceSpec } from '../model.ts'
import { closeHooks } from './blue-green/hooks.ts'
import { open } from './blue-green/stages.ts'
import { shift } from './blue-green/traffic.ts'
import { thresholdOf } from './circuit-breaker.ts'
import { desiredCountOf, primaryOf } from './task-counts.ts'

/** Starts a deployment of `spec`: a new PRIMARY and a service deployment. Supersedes the running one. */
export function beginDeployment(ecs: Ecs, service: Service, spec: ServiceSpec): Deployment {
  const before = primaryOf(service)
  if (before !== undefined) {
    if (isOpen(before.record)) conclude(ecs, before.record, 'STOPPED', verdict.superseded)
    if (before.rolloutState !== 'COMPLETED') abandon(ecs, before)
  }
  const revision = newRevision(ecs, service, spec)
  const record = newRecord(ecs, service, revision)
  service.spec = spec
  const deployment = makePrimary(ecs, service, { revision, record, isRollback: false }, rollout.inProgress)
  open(ecs, deployment)
  return deployment
}

/** Ends the traffic shift of a deployment that a newer one supersedes. */
function abandon(ecs: Ecs, left: Deployment): void {
  const { service, record, revision, id, isRollback } = left
  const { lifecycle } = record
  if (lifecycle?.stage === 'CLEAN_UP' && lifecycle.production === 100 && !isRollback) {
    // It has all traffic, and the revision that it replaced is being removed: a rollback can only go to this one.
    service.lastCompleted = { revision, deploymentId: id }
    service.live = revision.slot
  } else if (!shiftsTraffic(service.deploymentConfiguration)) {
    // A rolling update uses the live target group.
    shift(ecs, left, 'production', 0)
    shift(ecs, left, 'test', 0)
  }
}

/** Rolls back to the last completed revision with a new PRIMARY id. The rollback belongs to the failed service deployment. */
export function beginRollback(ecs: Ecs, failed: Deployment, why: RollbackWords): Deployment | undefined {
  const { service, record } = failed
  const { lastCompleted } = service
  if (lastCompleted === undefined || lastCompleted.revision === failed.revision) return undefined
  const { revision, deploymentId } = lastCompleted
  record.rollback = { reason: why.verdict, startedAt: nowOf(ecs), revision }
  updateStatus(ecs, record, 'ROLLBACK_IN_PROGRESS', why.verdict)
  service.spec = revision.spec
  addServiceEvent(ecs, service, events.rollingBack(service, deploymentId))
  const deployment = makePrimary(ecs, service, { revision, record, isRollback: true }, () => why.rollout(deploymentId))
  takeOverTasks(deployment)
  failed.staleUntil = ecs.clock.now() + ecs.timing.rollbackLag / 2
  return deployment
}

/** Takes over running tasks of the same revision, so that they are not replaced. */
function takeOverTasks(heir: Deployment): void {
  const { service } = heir
  for (const other of service.deployments) {
    if (other === heir || other.revision !== heir.revision) continue
    for (const task of other.tasks) {
      if (task.desiredStatus === 'STOPPED') continue
      task.deployment = heir
      heir.tasks.add(task)
      other.tasks.delete(task)
      heir.hasRun = true
    }
  }
}

export interface RollbackWords {
  readonly verdict: string
  readonly rollout: (to: string) => string
}

/** Completes a deployment and its service deployment. */
export function completeDeployment(ecs: Ecs, deployment: Deployment): void {
  const { service, record } = deployment
  deployment.rolloutState = 'COMPLETED'
  deployment.rolloutStateReason = rollout.completed(deployment.id)
  deployment.updatedAt = nowOf(ecs)
  if (record.breaker.status === 'MONITORING') record.breaker.status = 'MONITORING_COMPLETE'
  if (record.alarms.status === 'MONITORING') record.alarms.status = 'MONITORING_COMPLETE'
  service.lastCompleted = { revision: deployment.revision, deploymentId: deployment.id }
  service.live = deployment.revision.slot
  addServiceEvent(ecs, service, events.completed(service, deployment))
  recordDeployment(ecs, deployment)
  conclude(ecs, record, deployment.isRollback ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL')
}

/** Marks a deployment as failed: it starts no more tasks. */
export function failDeployment(ecs: Ecs, deployment: Deployment, reason: string): void {
  deployment.halted = true
  deployment.rolloutState = 'FAILED'
  deployment.rolloutStateReason = reason
  deployment.updatedAt = nowOf(ecs)
  recordDeployment(ecs, deployment)
}

/** Ends a service deployment. */
export function conclude(
  ecs: Ecs,
  record: ServiceDeployment,
  status: ServiceDeployment['status'],
  reason?: string,
): void {
  if (status === 'STOPPED') record.stoppedAt = nowOf(ecs)
  closeHooks(ecs, record)
  record.finishedAt = nowOf(ecs)
  if (record.status !== status) updateStatus(ecs, record, status, reason)
}

export function updateStatus(
  ecs: Ecs,
  record: ServiceDeployment,
  status: ServiceDeployment['status'],
  reason?: string,
): void {
  record.status = status
  record.updatedAt = nowOf(ecs)
  if (reason !== undefined) record.statusReason = reason
  recordServiceDeployment(ecs, record)
}

const OPEN: ReadonlySet<ServiceDeployment['status']> = new Set([
  'PENDING',
  'IN_PROGRESS',
  'STOP_REQUESTED',
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
])

/** Whether a service deployment is still running. */
export const isOpen = ({ status }: ServiceDeployment): boolean => OPEN.has(status)

function makePrimary(
  ecs: Ecs,
  service: Service,
  of: Pick<Deployment, 'revision' | 'record' | 'isRollback'>,
  reason: (id: string) => string,
): Deployment {
  const id = ecs.ids.deployment()
  const at = nowOf(ecs)
  const deployment: Deployment = {
    id,
    service,
    ...of,
    createdAt: at,
    updatedAt: at,
    status: 'PRIMARY',
    desiredCount: desiredCountOf(service),
    failedTasks: 0,
    hasRun: false,
    rolloutState: 'IN_PROGRESS',
    rolloutStateReason: reason(id),
    halted: false,
    bakingSince: undefined,
    staleUntil: 0,
    tasks: new Set(),
  }
  for (const other of service.deployments) {
    if (other.status === 'PRIMARY') other.updatedAt = at
    other.status = 'ACTIVE'
  }
  service.deployments.unshift(deployment)
  Object.assign(service.scheduling, { steady: false, startFailures: 0, notBefore: 0, reportedProblem: undefined })
  service.scheduling.retry?.cancel()
  recordDeployment(ecs, deployment)
  return deployment
}

/** A new revision uses the other target group if the strategy shifts traffic, else the live one. */
const slotOf = ({ live, deploymentConfiguration, lastCompleted }: Service) =>
  shiftsTraffic(deploymentConfiguration) && lastCompleted !== undefined ? otherSlot(live) : live

function newRevision(ecs: Ecs, service: Service, spec: ServiceSpec): ServiceRevision {
  const { scope } = service.cluster
  const name = `${service.cluster.name}/${service.name}/${ecs.ids.serviceRevision()}`
  const revision: ServiceRevision = {
    ...{ arn: ecsArn(scope, 'service-revision', name), createdAt: nowOf(ecs), spec, slot: slotOf(service) },
    imageDigests: new Map(),
  }
  ecs.regions.get(scope).serviceRevisions.set(revision.arn, { service, revision })
  return revision
}

function newRecord(ecs: Ecs, service: Service, target: ServiceRevision): ServiceDeployment {
  const { scope } = service.cluster
  const { deploymentConfiguration: configuration } = service
  const at = nowOf(ecs)
  const alarms = configuration.alarms
  const replaces = service.lastCompleted?.revision
  const reconciles = service.deployments.some(({ revision, tasks }) => revision !== replaces && tasks.size > 0)
  const raised = alarms?.alarmNames?.some((name) => ecs.alarms.inAlarm(scope, name))
  const record: ServiceDeployment = {
    arn: ecsArn(scope, 'service-deployment', `${service.cluster.name}/${service.name}/${ecs.ids.serviceDeployment()}`),
    service,
    createdAt: at,
    startedAt: at,
    updatedAt: at,
    target,
    sources: service.deployments.filter(({ tasks }) => tasks.size > 0).map(({ revision }) => revision),
    replaces,
    configuration,
    lifecycle: beginLifecycle(configuration, at.getTime(), { reconciles, replaces: replaces !== undefined }),
    status: 'IN_PROGRESS',
    breaker: {
      status: configuration.deploymentCircuitBreaker?.enable ? 'MONITORING' : 'DISABLED',
      failureCount: 0,
      threshold: thresholdOf(configuration, service.desiredCount),
    },
    // ECS ignores alarms for a deployment that starts while one is in ALARM: the deployment may be the fix.

    alarms: {
      status: alarms?.enable && !raised ? 'MONITORING' : 'DISABLED',
      names: alarms?.alarmNames ?? [],
      triggered: [],
    },
  }
  service.serviceDeployments.unshift(record)
  ecs.regions.get(scope).serviceDeployments.set(record.arn, record)
  recordServiceDeployment(ecs, record)
  return record
}
