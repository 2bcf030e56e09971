// Whether a deploy that set a monitor off was taken back: rolled out, found bad, and gone again, as the journal has it.

import { eventOf } from './deploy-outcome.ts'
import type { Entry } from './journal.ts'

/** What a deploy says of itself that was taken back. */
export interface TakenBack {
  readonly conclusion: string
  readonly verdict: string
  readonly taskDefinition: string
}

/** What is wrong with the way back to the revision `before`, by the entries of the journal since the deploy began. */
export function judgeTakenBack(
  entries: readonly Entry[],
  { conclusion, verdict, taskDefinition }: TakenBack,
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
    out === undefined ? `${taskDefinition || 'its revision'} never rolled out to the end` : undefined,
    alarm === undefined ? `the monitor ${monitor} was never set off` : undefined,
    back === undefined || back.seq < Math.max(out?.seq ?? 0, alarm?.seq ?? 0)
      ? `the service did not go back to ${before}`
      : undefined,
    conclusion === 'failure' ? undefined : `the workflow ended as ${conclusion}`,
    verdict === 'rolled-back' ? undefined : `the workflow says ${verdict || 'nothing'}, and it was rolled back`,
    event.title?.endsWith('was rolled back') && event.text?.includes(monitor)
      ? undefined
      : `Datadog was told “${event.title ?? 'nothing'}”, and not that ${monitor} had it taken back`,
  ]
  return wrong.filter((problem) => problem !== undefined)
}
