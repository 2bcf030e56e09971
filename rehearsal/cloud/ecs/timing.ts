/** Simulated times of ECS itself, in milliseconds of the cloud's time. The runtime decides those of containers. */
export interface Timing {
  /** From a change to the scheduler's pass. Changes in between share the pass. */
  readonly schedulerPass: number
  /** After RUNNING, for a task that nothing checks: only then does the scheduler count it as healthy. */
  readonly settle: number
  /** Between a target's registration and the task's RUNNING. */
  readonly activating: number
  readonly deprovisioning: number
  /** How long a task that has stopped can still be described. */
  readonly stoppedTaskLife: number
  /** How long a deployment that was rolled back still reads IN_PROGRESS beside the new PRIMARY. */
  readonly rollbackLag: number
  /** The least time that each stage of a blue/green, linear or canary deployment takes. */
  readonly lifecycleStage: number
  /** How long a service that was deleted can still be described as INACTIVE. */
  readonly inactiveServiceLife: number
}

export const DEFAULT_TIMING: Timing = {
  schedulerPass: 1_000,
  settle: 40_000,
  activating: 0,
  deprovisioning: 1_000,
  stoppedTaskLife: 3_600_000,
  rollbackLag: 10_000,
  lifecycleStage: 5_000,
  inactiveServiceLife: 3_600_000,
}

const SECOND = 1_000
const LONGEST_PAUSE = 27 * 60 * SECOND

/** The pause before the next attempt, after so many tasks in a row that never came to run: up to 27 minutes. */
export function restartPause(failures: number): number {
  if (failures < 3) return 0
  return Math.min(LONGEST_PAUSE, 15 * SECOND * 2 ** (failures - 3))
}
