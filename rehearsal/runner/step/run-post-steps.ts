import { type Frame, type JobState, scopeOf } from '../contexts/state.ts'
import { holds } from '../expressions/evaluate.ts'
import { emptyResult } from './execution.ts'
import { recordStep } from './record-step.ts'
import { runProcess } from './run-process.ts'

/**
 * Runs the job's post steps in reverse order. Returns whether all succeeded. A cancelled run still runs them, until it is
 * cut off.
 */
export async function runPostSteps(job: JobState, top: Frame): Promise<boolean> {
  let succeeded = true
  for (const { at, uses, name, condition, state, frame, invocation } of job.posts.toReversed()) {
    const result = await recordStep(job, { at, uses, phase: 'post', name }, async () => {
      const { status } = scopeOf(top)
      if (job.run.cutOff.aborted || !holds(condition, { ...scopeOf(frame), status })) {
        return { ...emptyResult, outcome: 'skipped' }
      }
      const states = Object.fromEntries(Object.entries(state).map(([key, value]) => [`STATE_${key}`, value]))
      const never = { signal: new AbortController().signal, outcome: () => 'cancelled' as const }
      return runProcess({ ...invocation, env: { ...invocation.env, ...states } }, frame, at, never)
    })
    job.results.push(result)
    succeeded &&= result.outcome !== 'failure'
  }
  return succeeded
}
