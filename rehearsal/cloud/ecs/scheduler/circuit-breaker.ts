import type { DeploymentConfiguration } from '@aws-sdk/client-ecs'

/** The circuit breaker's failure threshold: by default half the desired count, from 3 to 200. */
export function thresholdOf({ deploymentCircuitBreaker }: DeploymentConfiguration, desiredCount: number): number {
  const { type = 'BOUNDED_PERCENT', value = 50 } = deploymentCircuitBreaker?.thresholdConfiguration ?? {}
  if (type === 'COUNT') return value
  const share = Math.ceil((desiredCount * value) / 100)
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share))
}

export interface TaskEnd {
  /** It was RUNNING before it ended. */
  readonly ran: boolean
  /** It failed a health check of the container or of a target group. */
  readonly failedChecks: boolean
  /** It was stopped by a newer deployment, a scale-in or a user. */
  readonly wanted: boolean
}

/**
 * Whether the end of a task counts as a failure of its deployment. In the first stage, until a task has reached RUNNING,
 * those count that never did; in its second only those that failed a health check. So it misses crash loops of tasks
 * that reach RUNNING first, as AWS's does.
 */
export const isFailure = ({ ran, failedChecks, wanted }: TaskEnd, secondStage: boolean): boolean =>
  failedChecks || (!secondStage && !ran && !wanted)
