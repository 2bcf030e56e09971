// The deploy as a page. Pure: from data to markdown.
import type { Verdict as VerdictName } from '../../../toolkit/deploy-record.ts'
import { formatDuration } from '../../../toolkit/duration.ts'
import { code, heading, join, link, table, text } from '../../../toolkit/markdown.ts'
import { serviceUrl } from './console.ts'
import { type Outcome, overall } from './outcome.ts'
import type { Span } from './record.ts'
import { revisionName } from './registration.ts'
import { nameOf } from './service-name.ts'

const SIGNS: Readonly<Record<VerdictName, string>> = {
  succeeded: '✅ Deployed',
  'rolled-back': '↩️ Rolled back',
  failed: '❌ Failed',
  superseded: '⏭️ Superseded',
  'timed-out': '⏱️ Timed out',
  cancelled: '🚫 Cancelled',
}

/** The job summary of a deploy. */
export function summarise(outcomes: readonly Outcome[], { startedAt, finishedAt }: Span): string {
  const title =
    outcomes.length === 1 ? outcomes.map(({ plan }) => text(plan.name.service)).join() : `${outcomes.length} services`
  return join(
    heading(2, `${SIGNS[overall(outcomes)]}: ${title}`),
    table(
      ['Service', 'Verdict', 'Before', 'After', 'Images'],
      outcomes.map((outcome) => [
        link(code(nameOf(outcome.plan.name)), serviceUrl(outcome.plan.before.serviceArn ?? '')),
        SIGNS[outcome.verdict.verdict],
        code(revisionName(outcome.plan.before.taskDefinition ?? 'nothing')),
        code(revisionName(outcome.taskDefinition)),
        outcome.plan.shipped.map(({ container, image }) => `${code(container)}: ${code(image)}`).join('<br>'),
      ]),
    ),
    ...outcomes.map((outcome) => section(outcome, outcomes.length > 1)),
    `_Took ${formatDuration(finishedAt - startedAt)}._`,
  )
}

function section({ plan, verdict }: Outcome, titled: boolean): string {
  return join(
    titled ? heading(3, text(nameOf(plan.name))) : undefined,
    text(verdict.reason),
    verdict.evidence.map((line) => `- ${text(line)}`).join('\n'),
  )
}
