import { revisionName } from '../aws/short-names.ts'
import type { FollowedDeployment } from './deployment.ts'
import type { Observation, ObservedDeployment, ObservedService } from './model.ts'
import { liveTasks, unhealthiness } from './task-health.ts'

/** What is missing until our deployment is complete and healthy, one line each; empty when nothing is. */
export function notHealthy(
  followed: FollowedDeployment,
  own: ObservedDeployment,
  latest: Observation,
): readonly string[] {
  const { service, tasks, targets = [] } = latest
  if (service === undefined) return ['ECS to show the service']
  const wanted = wantedTasks(own, service)
  if (!rolloutComplete(own, latest)) return [counts(own, wanted)]
  if (wanted === 0) return []
  if (tasks === undefined) return ['ECS to show the tasks']
  const live = liveTasks(tasks)
  if (live.length < wanted)
    return [`${live.length} of ${wanted} tasks of ${revisionName(followed.taskDefinition)} to run`]
  return live.flatMap((task) => unhealthiness(task, service, targets))
}

/**
 * Whether the rollout is complete: by the service deployment, else by the rollout state, else (behind a Classic load balancer)
 * when ours is the only deployment and all its tasks run.
 */
export function rolloutComplete(own: ObservedDeployment, { service, serviceDeployment }: Observation): boolean {
  if (serviceDeployment !== undefined) return serviceDeployment.status === 'SUCCESSFUL'
  if (own.rolloutState !== undefined) return own.rolloutState === 'COMPLETED'
  return service?.deployments.length === 1 && own.runningCount >= wantedTasks(own, service)
}

/** The number of tasks that must run. ECS shows a new deployment with a desired count of 0 at first. */
export const wantedTasks = (own: ObservedDeployment, service: ObservedService): number =>
  Math.max(own.desiredCount, service.desiredCount)

/** `rollout IN_PROGRESS: 1/2 running, 0 pending, 0 failed` */
export const counts = (own: ObservedDeployment, wanted = own.desiredCount) =>
  `rollout ${own.rolloutState ?? own.status}: ${own.runningCount}/${wanted} running, ${own.pendingCount} pending, ${own.failedTasks} failed`
