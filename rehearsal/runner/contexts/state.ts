// State of a run, its jobs and their steps while they run.
import type { Mask } from '../commands/mask.ts'
import type { Conclusion, EventLocation, RunnerEvent } from '../events.ts'
import { asText, type Scope, type Status } from '../expressions/evaluate.ts'
import type { RunOptions } from '../options.ts'
import type { Invocation } from '../process/spawn.ts'
import type { Permissions } from '../syntax/permissions.ts'
import type { RunDefaults } from '../syntax/workflow.ts'
import type { IdTokens } from './id-tokens.ts'

/** One run of a workflow. */
export interface RunState {
  readonly options: RunOptions
  readonly mask: Mask
  readonly idTokens: IdTokens
  readonly on: (event: RunnerEvent) => void
  /** Aborted when the run is cancelled. */
  readonly cancelled: AbortSignal
  /** Aborted when a cancelled run has used up its time: everything ends at once. */
  readonly cutOff: AbortSignal
  /** Makes a new folder for this run. */
  folder(name: string): string
}

/** One job with steps. */
export interface JobState {
  readonly run: RunState
  /** Job ids, from the outermost calling job to this one. */
  readonly jobPath: readonly string[]
  readonly github: Readonly<Record<string, unknown>>
  /** `vars`, `secrets`, `needs` and `runner`. */
  readonly contexts: Readonly<Record<string, unknown>>
  readonly permissions: Permissions
  /** The ACTIONS_ID_TOKEN_REQUEST_* variables; empty without `id-token: write`. */
  readonly idTokenEnv: Readonly<Record<string, string>>
  readonly workspace: string
  readonly trackingId: string
  /** Aborted when the run is cancelled or the job times out. */
  readonly stop: AbortSignal
  /** `env` of the workflow and the job, and what steps wrote to GITHUB_ENV. */
  env: Record<string, string>
  /** What steps wrote to GITHUB_PATH, the newest first. */
  path: string[]
  readonly posts: PostStep[]
  readonly results: StepResult[]
}

/** A list of steps that share one `steps` context: those of a job, or of a composite action. */
export interface Frame {
  readonly job: JobState
  readonly inputs: Readonly<Record<string, unknown>>
  /** `env` of the step that uses the composite action. */
  readonly env: Readonly<Record<string, string>>
  readonly defaults: readonly RunDefaults[]
  /** The members of the `github` context that are about the running action. */
  readonly action: Readonly<Record<string, string>>
  readonly steps: Record<string, StepOutcome>
  failed: boolean
}

/** A post step that runs at the end of the job. */
export interface PostStep {
  readonly name: string
  readonly uses: string
  readonly at: EventLocation
  readonly condition: string
  /** What the main step wrote to GITHUB_STATE. */
  readonly state: Readonly<Record<string, string>>
  readonly frame: Frame
  /** Its process; `env` has the step's own variables only. */
  readonly invocation: Invocation
}

/** An entry of the `steps` context. */
export interface StepOutcome {
  readonly outcome: Conclusion
  readonly conclusion: Conclusion
  readonly outputs: Readonly<Record<string, string>>
}

export interface StepResult extends StepOutcome {
  readonly id: string
  readonly name: string
  readonly uses: string | undefined
  readonly phase: 'main' | 'post'
  readonly seconds: number
  readonly summary: string
}

export interface JobResult {
  readonly id: string
  readonly conclusion: Conclusion
  readonly outputs: Readonly<Record<string, string>>
  readonly steps: readonly StepResult[]
  /** The jobs of the workflow that this job calls. */
  readonly jobs: readonly JobResult[]
}

/** The contexts and the status for expressions of a frame's steps. `env` is the step's own. */
export function scopeOf(frame: Frame, env: Readonly<Record<string, string>> = {}): Scope {
  const { job } = frame
  const status: Status = job.stop.aborted ? 'cancelled' : frame.failed ? 'failure' : 'success'
  const contexts = {
    ...job.contexts,
    github: { ...job.github, ...frame.action },
    env: { ...job.env, ...frame.env, ...env },
    inputs: frame.inputs,
    steps: frame.steps,
    job: { status },
  }
  return { contexts, status }
}

/** Masks the values of all secrets. */
export function maskSecrets(mask: Mask, secrets: Readonly<Record<string, string>>): void {
  for (const value of Object.values(secrets)) mask.add(asText(value))
}
