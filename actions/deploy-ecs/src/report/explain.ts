import { sentence } from '../../../../toolkit/text/sentence.ts'
import { nameOf } from '../aws/service-name.ts'
import type { Context } from '../inputs/context.ts'
import { scrubber } from '../logs/scrub.ts'
import { type Cause, textOf } from '../watch/cause.ts'
import { type Diagnosis, diagnose } from './diagnosis.ts'
import { type FailedLog, readFailedLogs } from './failed-logs.ts'
import type { Outcome } from './outcome.ts'

/** A diagnosis with the logs of the containers that failed. */
export interface Explanation extends Diagnosis {
  readonly logs: readonly FailedLog[]
}

const MOST_ANNOTATIONS = 5
/** The step log has the last words of a container; the job summary has more. */
const LAST_WORDS = 10

/**
 * Explains an outcome: annotates the run with the reasons besides the one in the verdict, and logs the last words of containers
 * that failed. `undefined` where there is nothing to explain.
 */
export async function explain(
  { aws, log, env, inputs }: Pick<Context, 'aws' | 'log' | 'env' | 'inputs'>,
  { plan, watch, verdict }: Outcome,
): Promise<Explanation | undefined> {
  // After a cancellation there is no time left, and nothing to explain.
  if (watch === undefined || verdict.status === 'cancelled') return undefined
  const { rollout, latest, memory } = watch
  const diagnosis = diagnose(rollout, latest, memory.healthChecks)
  if (verdict.status === 'succeeded') return diagnosis.stops.length === 0 ? undefined : { ...diagnosis, logs: [] }
  annotate(log, nameOf(plan.name), diagnosis, verdict.cause)
  const { registration } = plan.revision
  const view = { show: inputs.showContainerLogs, scrub: scrubber(env, registration.containerDefinitions) }
  const logs = await readFailedLogs(aws, diagnosis, registration, view)
  for (const line of logs.flatMap(lastWords)) log.info(line)
  return { ...diagnosis, logs }
}

/** The verdict is an annotation by itself, so its own cause is not repeated. */
function annotate(log: Context['log'], service: string, { stops, targets }: Diagnosis, cause: Cause | undefined): void {
  const known = cause?.stop && textOf(cause.stop, cause.check === undefined ? [] : [cause.check])
  const others = stops.filter(({ text }) => text !== known)
  for (const { text, hint, tasks } of others.slice(0, MOST_ANNOTATIONS)) {
    log.error(`${sentence(`${tasks.length} × ${text}`)} ${hint}`, { title: `Tasks of ${service} stopped` })
  }
  const unexplained = targets.filter(
    ({ targetGroup, state }) => targetGroup !== cause?.check?.targetGroup && state.startsWith('unhealthy'),
  )
  for (const { targetGroup, state, targets } of unexplained.slice(0, MOST_ANNOTATIONS)) {
    log.error(`${targets.length} × ${state}: ${targets.join(', ')}`, { title: `Targets in ${targetGroup}` })
  }
}

function lastWords({ container, lines, stream }: FailedLog): readonly string[] {
  if (lines.length === 0) return []
  const task = stream.split('/').at(-1) ?? ''
  return [`The end of the log of ${container} (task ${task}):`, ...lines.slice(-LAST_WORDS).map((line) => `  ${line}`)]
}
