// A parsed workflow file, as far as the rehearsal runner runs it. Values that may contain expressions stay tokens of
// GitHub's parser until they are needed.
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index'

export interface Workflow {
  readonly file: string
  readonly name: string
  readonly permissions: TemplateToken | undefined
  readonly env: TemplateToken | undefined
  readonly defaults: RunDefaults
  readonly jobs: readonly Job[]
  /** What `on: workflow_call` declares; `undefined` when the workflow cannot be called. */
  readonly call: WorkflowCall | undefined
  /** The inputs of `on: workflow_dispatch`. */
  readonly dispatch: Readonly<Record<string, DispatchInput>>
  readonly events: readonly string[]
}

export interface WorkflowCall {
  readonly inputs: Readonly<Record<string, CallInput>>
  readonly secrets: Readonly<Record<string, { readonly required: boolean }>>
  readonly outputs: Readonly<Record<string, TemplateToken | undefined>>
}

export interface CallInput {
  readonly type: 'string' | 'boolean' | 'number'
  readonly required: boolean
  readonly default: TemplateToken | undefined
}

export interface DispatchInput {
  readonly type: 'string' | 'boolean' | 'number' | 'choice' | 'environment'
  readonly required: boolean
  readonly default: string
  /** The options of a `choice`; empty for other types. */
  readonly options: readonly string[]
}

export interface RunDefaults {
  readonly shell?: TemplateToken | undefined
  readonly workingDirectory?: TemplateToken | undefined
}

interface BaseJob {
  readonly id: string
  readonly name: TemplateToken | undefined
  readonly needs: readonly string[]
  readonly condition: string
  readonly permissions: TemplateToken | undefined
}

export interface StepsJob extends BaseJob {
  readonly kind: 'steps'
  readonly env: TemplateToken | undefined
  readonly environment: TemplateToken | undefined
  readonly defaults: RunDefaults
  readonly outputs: TemplateToken | undefined
  readonly timeoutMinutes: TemplateToken | undefined
  readonly continueOnError: TemplateToken | undefined
  readonly steps: readonly Step[]
}

export interface CallJob extends BaseJob {
  readonly kind: 'call'
  readonly uses: string
  readonly with: TemplateToken | undefined
  readonly secrets: TemplateToken | 'inherit' | undefined
}

export type Job = StepsJob | CallJob

interface BaseStep {
  readonly id: string
  readonly name: TemplateToken | undefined
  readonly condition: string
  readonly env: TemplateToken | undefined
  readonly timeoutMinutes: TemplateToken | undefined
  readonly continueOnError: TemplateToken | undefined
}

export interface UsesStep extends BaseStep {
  readonly kind: 'uses'
  readonly uses: string
  readonly with: TemplateToken | undefined
}

export interface RunStep extends BaseStep {
  readonly kind: 'run'
  readonly run: TemplateToken
  readonly shell: TemplateToken | undefined
  readonly workingDirectory: TemplateToken | undefined
}

export type Step = UsesStep | RunStep
