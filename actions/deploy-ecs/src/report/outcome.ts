import type { VerdictName } from '../../../../toolkit/deploy-record.ts'
import { changesSettings } from '../change/settings.ts'
import { primaryOf } from '../observe/rollout.ts'
import { healthyCount } from '../observe/task-health.ts'
import type { ServicePlan } from '../task-definition/service-plan.ts'
import type { Verdict } from '../watch/verdict.ts'
import type { Watch } from '../watch/watch.ts'

/** How the deploy of one service ended. */
export interface Outcome {
  readonly plan: ServicePlan
  /** ARN of the revision that was deployed, or was to be deployed. */
  readonly taskDefinition: string
  readonly verdict: Verdict
  /** Absent where the service was not updated. */
  readonly watch?: Watch
}

/** The revision that the service runs or rolls out, as last seen. */
export function runsNow({ plan, watch }: Outcome): string {
  const primary = watch?.latest.service && primaryOf(watch.latest.service)
  return watch?.rolledBackTo ?? primary?.taskDefinition ?? plan.before.taskDefinition ?? ''
}

/** Whether the deploy found its revision in place and healthy, and so changed nothing. */
export const startedNothing = ({ verdict, watch }: Outcome): boolean =>
  verdict.status === 'succeeded' &&
  watch !== undefined &&
  !watch.rollout.isNew &&
  watch.rollout.wasComplete &&
  (watch.rollout.settings === undefined || !changesSettings(watch.rollout.settings))

/** Whether the deploy started a rollout, or joined one of its revision that was in progress. */
export const startedRollout = ({ watch }: Outcome): boolean =>
  watch !== undefined && (watch.rollout.isNew || !watch.rollout.wasComplete)

/** How many tasks of the revision were seen healthy, at the end of a deploy that succeeded. */
export const healthyTasks = ({ verdict, watch }: Outcome): number =>
  verdict.status === 'succeeded' && watch !== undefined ? healthyCount(watch.latest) : 0

/** From best to worst. */
const ORDER: readonly VerdictName[] = ['succeeded', 'superseded', 'rolled-back', 'timed-out', 'cancelled', 'failed']

/** The verdict on a deploy of several services: the worst of theirs. */
export const overall = (outcomes: readonly Outcome[]): VerdictName =>
  outcomes
    .map(({ verdict }) => verdict.status)
    .reduce((worst, next) => (ORDER.indexOf(next) > ORDER.indexOf(worst) ? next : worst), 'succeeded')
