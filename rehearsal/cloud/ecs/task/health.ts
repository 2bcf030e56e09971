import { stopped } from '../messages.ts'
import type { Service, Task } from '../model.ts'

export interface Health {
  readonly healthy: boolean
  /** Why it is unhealthy, as in its later stoppedReason; `undefined` while that is not known or is ignored. */
  readonly unhealthy: string | undefined
}

/** A task's health for the scheduler: by container and target health; without any check, by its first 40 s RUNNING. */
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

/** When the scheduler begins to count failed checks of this task. */
export function graceEnd(task: Task, service: Service): number {
  return (task.startedAt?.getTime() ?? 0) + (service.healthCheckGracePeriodSeconds ?? 0) * 1000
}
