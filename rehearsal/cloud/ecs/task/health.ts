import { stopped } from '../messages.ts'
import type { Service, Task } from '../model.ts'

export interface Health {
  readonly healthy: boolean
  /** Why it is unhealthy, as its stoppedReason will have it; `undefined` while that is not yet known, or is ignored. */
  readonly unhealthy: string | undefined
}

/** What the scheduler makes of a task's checks: container health, target health, or 40 quiet seconds where there are none. */
export function healthOf(task: Task, inGrace: boolean): Health {
  if (task.lastStatus !== 'RUNNING') return { healthy: false, unhealthy: undefined }
  const checked = task.containers.filter(({ definition }) => definition.essential !== false && definition.healthCheck)
  const sick = checked.some(({ healthStatus }) => healthStatus === 'UNHEALTHY')
  const failing = task.registrations.find(({ health }) => health === 'unhealthy')
  const unhealthy = sick
    ? stopped.containerHealth
    : failing === undefined
      ? undefined
      : stopped.targetHealth(failing.targetGroupArn)
  if (unhealthy !== undefined) return { healthy: false, unhealthy: inGrace ? undefined : unhealthy }
  if (checked.length === 0 && task.registrations.length === 0) return { healthy: task.settled, unhealthy: undefined }
  const healthy =
    checked.every(({ healthStatus }) => healthStatus === 'HEALTHY') &&
    task.registrations.every(({ health }) => health === 'healthy')
  return { healthy, unhealthy: undefined }
}

/** When the scheduler stops ignoring what checks say of this task. */
export function graceEnd(task: Task, service: Service): number {
  return (task.startedAt?.getTime() ?? 0) + (service.healthCheckGracePeriodSeconds ?? 0) * 1000
}
