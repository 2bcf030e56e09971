// What actions undo or finish at the end of their job, the last one first.

import { type Frame, type JobState, scopeOf } from '../contexts/state.ts'
import type { Place } from '../events.ts'
import { holds } from '../expressions/evaluate.ts'
import { reported } from './record-step.ts'
import { nothing, type Performance, perform } from './run-process.ts'

/** A post step, waiting for its turn. */
export interface Post {
  readonly name: string
  readonly uses: string
  readonly at: Place
  readonly condition: string
  /** What main said in GITHUB_STATE. */
  readonly state: Readonly<Record<string, string>>
  readonly frame: Frame
  readonly invocation: Performance
}

/** Runs the job's post steps; tells whether all went well. A cancelled run still runs them, until it is cut off. */
export async function runPosts(job: JobState, top: Frame): Promise<boolean> {
  let well = true
  for (const { at, uses, name, condition, state, frame, invocation } of job.posts.toReversed()) {
    const result = await reported(job, { at, uses, phase: 'post', name }, async () => {
      const { status } = scopeOf(top)
      if (job.session.cutOff.aborted || !holds(condition, { ...scopeOf(frame), status })) {
        return { ...nothing, outcome: 'skipped' }
      }
      const states = Object.fromEntries(Object.entries(state).map(([key, value]) => [`STATE_${key}`, value]))
      const never = { signal: new AbortController().signal, outcome: () => 'cancelled' as const }
      return perform({ ...invocation, env: { ...invocation.env, ...states } }, frame, at, never)
    })
    job.results.push(result)
    well &&= result.outcome !== 'failure'
  }
  return well
}
