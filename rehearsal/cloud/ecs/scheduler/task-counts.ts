import type { Deployment, Service, Task } from '../model.ts'

export const isWanted = ({ desiredStatus }: Task) => desiredStatus === 'RUNNING'
export const isHealthy = ({ desiredStatus, healthy }: Task) => desiredStatus === 'RUNNING' && healthy

export function countOf({ tasks }: Deployment, counts: (task: Task) => boolean): number {
  let count = 0
  for (const task of tasks) if (counts(task)) count += 1
  return count
}

/** Whether it has tasks that run, or whose targets still drain. */
export function takesTraffic({ tasks }: Deployment): boolean {
  for (const { desiredStatus, lastStatus } of tasks) {
    if (desiredStatus === 'RUNNING' || lastStatus === 'DEACTIVATING') return true
  }
  return false
}

export const primaryOf = ({ deployments }: Service): Deployment | undefined =>
  deployments.find(({ status }) => status === 'PRIMARY')

/** The desired count. A DAEMON service has one task on each container instance. */
export const desiredCountOf = ({ schedulingStrategy, cluster, desiredCount }: Service): number =>
  schedulingStrategy === 'DAEMON' ? cluster.instances.size : desiredCount
