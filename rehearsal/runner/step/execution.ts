import type { Conclusion } from '../events.ts'

/** Result of a step's process, stand-in or composite action. */
export interface ExecutionResult {
  readonly outcome: Conclusion
  readonly outputs: Readonly<Record<string, string>>
  /** From GITHUB_STATE, for the post step. */
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

/** Success, without outputs. */
export const emptyResult: ExecutionResult = { outcome: 'success', outputs: {}, state: {}, summary: '' }

/** Ends a step early. */
export interface Stop {
  readonly signal: AbortSignal
  /** Outcome of a step that was stopped: `failure` after a time-out, else `cancelled`. */
  readonly outcome: () => Conclusion
}

/** Reports an error of the step. */
export type Fail = (message: string) => void
