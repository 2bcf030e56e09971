import { revisionName } from '../aws/short-names.ts'
import type { FollowedDeployment } from './deployment.ts'
import type { Observation, ObservedDeployment, ObservedService } from './model.ts'
import { liveTasks, unhealthiness } from './task-health.ts'

/** What keeps the new deployment from being complete and healthy. */
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
  if (tasks === undefined) return ['a look at the tasks']
  const live = liveTasks(tasks)
  if (live.length < wanted)
    return [`${live.length} of ${wanted} tasks of ${revisionName(followed.taskDefinition)} to run`]
  return live.flatMap((task) => unhealthiness(task, service, targets))
}

/** ECS's own word on it; without one, one deployment left that runs what it should. */
export function rolloutComplete(own: ObservedDeployment, { service, serviceDeployment }: Observation): boolean {
  if (serviceDeployment !== undefined) return serviceDeployment.status === 'SUCCESSFUL'
  if (own.rolloutState !== undefined) return own.rolloutState === 'COMPLETED'
  return service?.deployments.length === 1 && own.runningCount >= wantedTasks(own, service)
}

/** How many tasks are to run. ECS shows a deployment with a desired count of 0 until it has given it its tasks. */
export const wantedTasks = (own: ObservedDeployment, service: ObservedService): number =>
  Math.max(own.desiredCount, service.desiredCount)

/** How far the rollout is, for people. */
export const counts = (own: ObservedDeployment, wanted = own.desiredCount) =>
  `the rollout (${own.rolloutState ?? own.status}): ${own.runningCount} of ${wanted} tasks run, ${own.pendingCount} pending, ${own.failedTasks} failed`
