import { nameOf } from '../aws/service-name.ts'
import type { Context } from '../inputs/context.ts'
import { type Diagnosis, diagnose } from './diagnosis.ts'
import { type FailedLog, readFailedLogs } from './failed-logs.ts'
import type { Outcome } from './outcome.ts'

/** A diagnosis with the logs of the containers that failed. */
export interface Explanation extends Diagnosis {
  readonly logs: readonly FailedLog[]
}

const MOST_ANNOTATIONS = 5

/** Explains an outcome, and annotates the run with the reasons of a failure. `undefined` where there is nothing to explain. */
export async function explain(
  { aws, log }: Pick<Context, 'aws' | 'log'>,
  { plan, watch, verdict }: Outcome,
): Promise<Explanation | undefined> {
  // After a cancellation there is no time left, and nothing to explain.
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
