import type { DeploymentConfiguration } from '@aws-sdk/client-ecs'
import { InputError } from '../../../../toolkit/errors.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { nameOf } from '../aws/service-name.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'

const MINUTE_MS = 60_000

/** Milliseconds that ECS takes for shifting traffic and baking alone. Absent settings have AWS's defaults. */
export function minimumDurationMs(configuration: DeploymentConfiguration = {}): number {
  const { strategy = 'ROLLING', bakeTimeInMinutes = 0, linearConfiguration, canaryConfiguration } = configuration
  const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration ?? {}
  const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration ?? {}
  const shifting = {
    ...{ ROLLING: 0, BLUE_GREEN: 0 },
    LINEAR: (Math.ceil(100 / stepPercent) - 1) * stepBakeTimeInMinutes,
    CANARY: canaryPercent === 100 ? 0 : canaryBakeTimeInMinutes,
  }
  return (shifting[strategy] + bakeTimeInMinutes) * MINUTE_MS
}

/** @throws InputError when `timeout` ends before a healthy deploy can, which would roll it back. */
export function refuseShortTimeout(
  { command, waitFor, timeoutMs, timeoutInput }: Inputs,
  plans: readonly ServicePlan[],
): void {
  // `command: rollback` is not rolled back when it times out, so it is not refused.
  if (command === 'rollback' || (waitFor !== 'healthy' && waitFor !== 'bake')) return
  for (const { name, before } of plans) {
    const pace = minimumDurationMs(before.deploymentConfiguration)
    if (pace < timeoutMs) continue
    const { strategy = 'ROLLING' } = before.deploymentConfiguration ?? {}
    const [its, given] = [formatDuration(pace), formatDuration(timeoutMs)]
    throw new InputError(
      timeoutInput,
      `is ${given}, but service \`${nameOf(name)}\` deploys ${strategy}: shifting traffic and baking alone take ${its}.`,
      {
        hint: `${timeoutInput === 'timeout' ? 'Set `timeout`' : 'Remove `wait-for-minutes`, and set `timeout`'} to ${its} and what tasks take to start and to stop, or do not wait (\`wait-for: started\`).`,
      },
    )
  }
}
