import { type Ecs, nowOf } from './context.ts'
import type { HookRun } from './lifecycle.ts'
import type { Deployment, Service, ServiceDeployment, Task } from './model.ts'

const NEWEST_EVENTS = 100

/** Adds an event to a service, and writes it to the journal. */
export function addServiceEvent(ecs: Ecs, service: Service, message: string): void {
  service.events.unshift({ id: ecs.ids.uuid(), createdAt: nowOf(ecs), message })
  if (service.events.length > NEWEST_EVENTS) service.events.length = NEWEST_EVENTS
  ecs.journal.write({ type: 'service-event', service: service.arn, message })
}

/** Writes a task's current state to the journal. */
export function recordTask({ journal }: Ecs, task: Task): void {
  journal.write({
    type: 'task',
    taskArn: task.arn,
    service: task.deployment?.service.arn,
    deployment: task.deployment?.id,
    taskDefinition: task.definition.arn,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    healthy: task.healthy,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    ...(task.lastStatus === 'STOPPED'
      ? {
          exitCodes: Object.fromEntries(task.containers.map(({ definition, exitCode }) => [definition.name, exitCode])),
        }
      : {}),
  })
}

/** Writes a deployment's current state to the journal. */
export function recordDeployment({ journal }: Ecs, deployment: Deployment): void {
  journal.write({
    type: 'deployment',
    id: deployment.id,
    service: deployment.service.arn,
    taskDefinition: deployment.revision.spec.taskDefinition.arn,
    status: deployment.status,
    rolloutState: deployment.rolloutState,
    reason: deployment.rolloutStateReason,
    failedTasks: deployment.failedTasks,
    isRollback: deployment.isRollback,
    serviceDeployment: deployment.record.arn,
  })
}

/** Writes a service deployment's current state to the journal. Its `status` is the verdict. */
export function recordServiceDeployment({ journal }: Ecs, record: ServiceDeployment): void {
  journal.write({
    type: 'service-deployment',
    serviceDeploymentArn: record.arn,
    service: record.service.arn,
    taskDefinition: record.target.spec.taskDefinition.arn,
    status: record.status,
    statusReason: record.statusReason,
    lifecycleStage: record.lifecycle?.stage,
    productionTraffic: record.lifecycle?.production,
    testTraffic: record.lifecycle?.test,
  })
}

/** Writes a lifecycle hook's current state to the journal. */
export function recordHook({ journal }: Ecs, record: ServiceDeployment, { id, status }: HookRun): void {
  journal.write({
    type: 'lifecycle-hook',
    serviceDeploymentArn: record.arn,
    service: record.service.arn,
    lifecycleStage: record.lifecycle?.stage,
    hookId: id,
    status,
  })
}
