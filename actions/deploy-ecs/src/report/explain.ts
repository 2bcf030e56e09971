import { nameOf } from '../aws/service-name.ts'
import type { Context } from '../inputs/context.ts'
import { type Diagnosis, diagnose } from './diagnosis.ts'
import { type FailedLog, readFailedLogs } from './failed-logs.ts'
import type { Outcome } from './outcome.ts'

/** What people would otherwise look for in three consoles. */
export interface Explanation extends Diagnosis {
  readonly logs: readonly FailedLog[]
}

const MOST_ANNOTATIONS = 5

/** Explains an outcome that is not a success, with annotations for the reasons. `undefined` where there is nothing to say. */
export async function explain(
  { aws, log }: Pick<Context, 'aws' | 'log'>,
  { plan, watch, verdict }: Outcome,
): Promise<Explanation | undefined> {
  // After a cancellation there is no time left, and nothing that would have to be explained.
  if (watch === undefined || verdict.status === 'cancelled') return undefined
  const diagnosis = diagnose(watch.rollout, watch.latest)
  if (verdict.status === 'succeeded') return diagnosis.stops.length === 0 ? undefined : { ...diagnosis, logs: [] }
  for (const { stop, hint, tasks } of diagnosis.stops.slice(0, MOST_ANNOTATIONS)) {
    const code = stop.exitCode === undefined ? '' : ` (${stop.container} exited with code ${stop.exitCode})`
    log.error(`${tasks.length} × ${stop.reason}${code}. ${hint}`, { title: `Tasks of ${nameOf(plan.name)} stopped` })
  }
  for (const { targetGroup, state, targets } of diagnosis.targets.slice(0, MOST_ANNOTATIONS)) {
    log.error(`${targets.length} × ${state}: ${targets.join(', ')}`, { title: `Targets in ${targetGroup}` })
  }
  return { ...diagnosis, logs: await readFailedLogs(aws, diagnosis, plan.revision.registration) }
}
