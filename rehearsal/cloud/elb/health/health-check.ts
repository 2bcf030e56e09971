import type { ProbeResult, TargetHealth } from '../../interfaces.ts'
import type { HealthCheck } from '../model.ts'

/** Whether a status is one of `200`, `200,302` or `200-299,302`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from, to = from] = part.split('-')
    return status >= Number(from) && status <= Number(to)
  })
}

/** Why a check failed, with AWS's text; `undefined` if it passed. */
export function failureOf(check: HealthCheck, result: ProbeResult): Required<Omit<TargetHealth, 'state'>> | undefined {
  switch (result.outcome) {
    case 'timed-out':
      return { reason: 'Target.Timeout', description: 'Request timed out' }
    case 'refused':
      return { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
    case 'answered':
      if (check.protocol === 'TCP' || matches(check.matcher ?? '200', result.status)) return undefined
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${result.status}]`,
      }
  }
}

/** The streak after one more check: number of checks in a row that passed (above 0) or failed (below 0). */
export const continueStreak = (streak: number, passed: boolean): number =>
  passed ? Math.max(streak, 0) + 1 : Math.min(streak, 0) - 1

/**
 * A target's health after one more check. A new target is healthy after its first passed check; one that was
 * unhealthy has to pass `healthyThreshold` in a row. `unhealthyThreshold` failures in a row make a target unhealthy.
 */
export function judge(
  check: HealthCheck,
  before: TargetHealth,
  streak: number,
  failure: Required<Omit<TargetHealth, 'state'>> | undefined,
): TargetHealth {
  if (failure === undefined) {
    const enough = before.state === 'unhealthy' ? check.healthyThreshold : 1
    return streak >= enough ? { state: 'healthy' } : before
  }
  if (before.state === 'unhealthy' || -streak >= check.unhealthyThreshold) return { state: 'unhealthy', ...failure }
  return before
}
