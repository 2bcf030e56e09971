// Checks, in the journal, that a deploy that triggered a monitor was rolled out and then rolled back.
import { eventOf } from './deploy-outcome.ts'
import type { Entry } from './journal.ts'

/** What the workflow reports about a deploy that was rolled back. */
export interface ReportedRollback {
  readonly conclusion: string
  readonly verdict: string
  readonly taskDefinition: string
}

/** Problems with the rollback to the revision `before`. `entries` are the journal's since the deploy began. */
export function checkAlarmRollback(
  entries: readonly Entry[],
  { conclusion, verdict, taskDefinition }: ReportedRollback,
  before: string,
  monitor: string,
): string[] {
  const at = (what: Partial<Entry>) =>
    entries.findLast((entry) => Object.entries(what).every(([k, v]) => entry[k] === v))
  const out = at({ type: 'service-deployment', taskDefinition, status: 'SUCCESSFUL' })
  const alarm = at({ type: 'monitor', monitor, state: 'Alert' })
  const back = at({ type: 'service-deployment', taskDefinition: before, status: 'SUCCESSFUL' })
  const event = (eventOf(entries) ?? {}) as { readonly title?: string; readonly text?: string }
  const wrong = [
    out === undefined ? `the rollout of ${taskDefinition || 'its revision'} did not complete` : undefined,
    alarm === undefined ? `the monitor ${monitor} did not alert` : undefined,
    back === undefined || back.seq < Math.max(out?.seq ?? 0, alarm?.seq ?? 0)
      ? `the service was not rolled back to ${before}`
      : undefined,
    conclusion === 'failure' ? undefined : `the workflow ended with ${conclusion}`,
    verdict === 'rolled-back'
      ? undefined
      : `the workflow reports ${verdict || 'nothing'}, but the deploy was rolled back`,
    event.title?.endsWith('was rolled back') && event.text?.includes(monitor)
      ? undefined
      : `the event in Datadog is “${event.title ?? 'none'}”, and does not say that ${monitor} caused the rollback`,
  ]
  return wrong.filter((problem) => problem !== undefined)
}
