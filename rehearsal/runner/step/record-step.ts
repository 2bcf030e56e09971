import type { JobState, StepResult } from '../contexts/state.ts'
import type { Place } from '../events.ts'
import { nothing, type Performed } from './run-process.ts'

/** Reports an error of the step. */
export type Fail = (message: string) => void

interface Subject {
  readonly at: Place
  readonly name: string
  readonly uses: string | undefined
  readonly phase: 'main' | 'post'
}

/** Does a step's work, reports its start, trouble and end, and times it. Whatever is thrown fails the step. */
export async function reported(
  job: JobState,
  { at, name, uses, phase }: Subject,
  work: (fail: Fail) => Promise<Performed>,
): Promise<StepResult> {
  const { mask, on } = job.session
  const fail = (message: string) =>
    on({ type: 'annotation', at, annotation: { level: 'error', message: mask.apply(message) } })
  on({ type: 'step-started', at, name: mask.apply(name), uses, phase })
  const start = performance.now()
  const { outcome, outputs, summary } = await work(fail).catch((error: unknown): Performed => {
    fail(error instanceof Error ? error.message : String(error))
    return { ...nothing, outcome: 'failure' }
  })
  const seconds = (performance.now() - start) / 1000
  on({ type: 'step-finished', at, name: mask.apply(name), phase, conclusion: outcome, seconds })
  return { id: at.step ?? '', name, uses, phase, seconds, outcome, conclusion: outcome, outputs, summary }
}
