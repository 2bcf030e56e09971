import { liveTasks, unhealthiness } from './health.ts'
import type { Ours } from './ours.ts'
import { revisionName } from './registration.ts'
import type { DeploymentSeen, Observation } from './seen.ts'

/** What keeps the new deployment from being complete and healthy. */
export function notHealthy(ours: Ours, own: DeploymentSeen, latest: Observation): readonly string[] {
  const { service, tasks, targets = [] } = latest
  if (service === undefined) return ['ECS to show the service']
  if (!rolloutComplete(own, latest)) return [counts(own)]
  if (own.desiredCount === 0) return []
  if (tasks === undefined) return ['a look at the tasks']
  const live = liveTasks(tasks)
  if (live.length < own.desiredCount)
    return [`${live.length} of ${own.desiredCount} tasks of ${revisionName(ours.taskDefinition)} to run`]
  return live.flatMap((task) => unhealthiness(task, service, targets))
}

/** ECS's own word on it; without one, one deployment left that runs what it should. */
export function rolloutComplete(own: DeploymentSeen, { service, serviceDeployment }: Observation): boolean {
  if (serviceDeployment !== undefined) return serviceDeployment.status === 'SUCCESSFUL'
  if (own.rolloutState !== undefined) return own.rolloutState === 'COMPLETED'
  return service?.deployments.length === 1 && own.runningCount >= own.desiredCount
}

/** How far the rollout is, for people. */
export const counts = (own: DeploymentSeen) =>
  `the rollout (${own.rolloutState ?? own.status}): ${own.runningCount} of ${own.desiredCount} tasks run, ${own.pendingCount} pending, ${own.failedTasks} failed`
