// What a run, its jobs and its steps know while they go on.

import type { Mask } from '../commands/mask.ts'
import type { Conclusion, RunnerEvent } from '../events.ts'
import { asText, type Scope, type Status } from '../expressions/evaluate.ts'
import type { RunOptions } from '../options.ts'
import type { Post } from '../step/run-post-steps.ts'
import type { Permissions } from '../syntax/permissions.ts'
import type { RunDefaults } from '../syntax/workflow.ts'
import type { IdTokens } from './id-tokens.ts'

/** One run of a workflow. */
export interface Session {
  readonly options: RunOptions
  readonly mask: Mask
  readonly idTokens: IdTokens
  readonly on: (event: RunnerEvent) => void
  /** Somebody cancelled the run. */
  readonly cancelled: AbortSignal
  /** The time that a cancelled run gets is over. */
  readonly cutOff: AbortSignal
  /** A fresh folder for something of this run. */
  folder(name: string): string
}

/** One job of steps, while it runs. */
export interface JobState {
  readonly session: Session
  /** The ids of the jobs that lead here, outermost first. */
  readonly place: readonly string[]
  readonly github: Readonly<Record<string, unknown>>
  /** `vars`, `secrets`, `needs` and `runner`. */
  readonly contexts: Readonly<Record<string, unknown>>
  readonly permissions: Permissions
  /** Where the job gets a token of its own, if it may have one. */
  readonly idTokenEnv: Readonly<Record<string, string>>
  readonly workspace: string
  readonly trackingId: string
  /** The run was cancelled, or the job's time is over. */
  readonly stop: AbortSignal
  /** What steps said in GITHUB_ENV, on top of the workflow's and the job's `env`. */
  env: Record<string, string>
  /** What steps said in GITHUB_PATH, the newest first. */
  path: string[]
  readonly posts: Post[]
  readonly results: StepResult[]
}

/** A list of steps that goes on together: a job's, or a composite action's. */
export interface Frame {
  readonly job: JobState
  readonly inputs: Readonly<Record<string, unknown>>
  /** `env` of the step that uses the composite action. */
  readonly env: Readonly<Record<string, string>>
  readonly defaults: readonly RunDefaults[]
  /** Members of the `github` context that tell which action runs. */
  readonly action: Readonly<Record<string, string>>
  readonly steps: Record<string, StepOutcome>
  failed: boolean
}

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

/** What expressions of a frame's steps may speak of. */
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
