import type { JobState, StepResult } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import { type ExecutionResult, emptyResult, type Fail } from './execution.ts'

interface RecordedStep {
  readonly at: EventLocation
  readonly name: string
  readonly uses: string | undefined
  readonly phase: 'main' | 'post'
}

/** Executes a step, times it, and reports its start, its errors and its end. Whatever `execute` throws fails the step. */
export async function recordStep(
  job: JobState,
  { at, name, uses, phase }: RecordedStep,
  execute: (fail: Fail) => Promise<ExecutionResult>,
): Promise<StepResult> {
  const { mask, on } = job.run
  const fail = (message: string) =>
    on({ type: 'annotation', at, annotation: { level: 'error', message: mask.apply(message) } })
  on({ type: 'step-started', at, name: mask.apply(name), uses, phase })
  const start = performance.now()
  const { outcome, outputs, summary } = await execute(fail).catch((error: unknown): ExecutionResult => {
    fail(error instanceof Error ? error.message : String(error))
    return { ...emptyResult, outcome: 'failure' }
  })
  const seconds = (performance.now() - start) / 1000
  on({ type: 'step-finished', at, name: mask.apply(name), phase, conclusion: outcome, seconds })
  return { id: at.step ?? '', name, uses, phase, seconds, outcome, conclusion: outcome, outputs, summary }
}
