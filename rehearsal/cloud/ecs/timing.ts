/** Simulated times of ECS itself, in milliseconds of the cloud's time. The runtime decides those of containers. */
export interface Timing {
  /** From a change to the scheduler's pass. Changes until then share the pass. */
  readonly schedulerPass: number
  /** From RUNNING until the scheduler counts a task without health checks as healthy. */
  readonly settle: number
  /** Between a target's registration and the task's RUNNING. */
  readonly activating: number
  readonly deprovisioning: number
  /** How long a stopped task can be described. */
  readonly stoppedTaskLife: number
  /** How long a deployment that is rolled back stays IN_PROGRESS beside the new PRIMARY. */
  readonly rollbackLag: number
  /** Minimum duration of each stage of a blue/green, linear or canary deployment. */
  readonly lifecycleStage: number
  /** How long a deleted service can be described as INACTIVE. */
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

/** Pause before the next attempt, by the number of tasks in a row that did not reach RUNNING: up to 27 minutes. */
export function restartPause(failures: number): number {
  if (failures < 3) return 0
  return Math.min(LONGEST_PAUSE, 15 * SECOND * 2 ** (failures - 3))
}
