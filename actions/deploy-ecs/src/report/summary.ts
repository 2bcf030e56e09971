// The job summary of a deploy. Pure: from data to markdown.

import type { VerdictName } from '../../../../toolkit/deploy-record.ts'
import { capitalize } from '../../../../toolkit/text/capitalize.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { block, code, details, heading, join, link, table, text } from '../../../../toolkit/text/markdown.ts'
import { nameOf } from '../aws/service-name.ts'
import { revisionName, taskId } from '../aws/short-names.ts'
import { imagesToShow } from '../task-definition/images-to-ship.ts'
import { logUrl, serviceUrl, taskUrl } from './console-links.ts'
import type { Explanation } from './explain.ts'
import type { FailedLog } from './failed-logs.ts'
import { nextStep, STEPS } from './next-step.ts'
import { type Outcome, overall, runsNow, startedNothing } from './outcome.ts'
import type { Span } from './record.ts'
import { drawTimeline } from './timeline-chart.ts'

/** An outcome with its explanation. */
export interface Explained extends Outcome {
  readonly explanation?: Explanation
}

const SIGNS: Readonly<Record<VerdictName, string>> = {
  succeeded: '✅ Deployed',
  'rolled-back': '↩️ Rolled back',
  failed: '❌ Failed',
  superseded: '⏭️ Superseded',
  'timed-out': '⏱️ Timed out',
  cancelled: '🚫 Cancelled',
}

const NOTHING = '✅ Nothing to deploy'

const signOf = (outcome: Outcome) => (startedNothing(outcome) ? NOTHING : SIGNS[outcome.verdict.status])

/** The job summary of a deploy. */
export function summarise(outcomes: readonly Explained[], { startedAt, finishedAt }: Span): string {
  const [only, ...others] = outcomes
  const title = others.length === 0 ? text(only?.plan.name.service ?? '') : `${outcomes.length} services`
  return join(
    heading(2, `${outcomes.every(startedNothing) ? NOTHING : SIGNS[overall(outcomes)]}: ${title}`),
    table(
      ['Service', 'Verdict', 'Before', 'Deployed', 'Runs now', 'Images'],
      outcomes.map((outcome) => [
        link(code(nameOf(outcome.plan.name)), serviceUrl(outcome.plan.before.serviceArn ?? '')),
        signOf(outcome),
        code(revisionName(outcome.plan.before.taskDefinition ?? 'nothing')),
        code(revisionName(outcome.taskDefinition)),
        code(revisionName(runsNow(outcome))),
        imagesToShow(outcome.plan.shipped)
          .map(({ container, image }) => `${code(container)}: ${code(image)}`)
          .join('<br>'),
      ]),
    ),
    ...outcomes.map((outcome) => section(outcome, outcomes.length > 1)),
    `_Took ${formatDuration(finishedAt - startedAt)}._`,
  )
}

function section({ plan, verdict, watch, explanation }: Explained, titled: boolean): string {
  const next = nextStep(verdict) ?? STEPS[verdict.status]
  return join(
    titled ? heading(3, text(nameOf(plan.name))) : undefined,
    `**${text(verdict.reason)}**`,
    next === undefined ? undefined : `**What to do:** ${text(next)}`,
    verdict.evidence.map((line) => `- ${text(line)}`).join('\n'),
    explanation && explained(explanation, plan.before.serviceArn ?? '', next),
    watch && chartOf(drawTimeline(watch.timeline, watch.latest.at)),
  )
}

const chartOf = (chart: string) => (chart === '' ? undefined : details('Tasks over time', chart))

/** `next`: what the section says already about what to do. */
function explained(
  { stops, targets, events, logs }: Explanation,
  serviceArn: string,
  next: string | undefined,
): string {
  return join(
    stops.length === 0 ? undefined : heading(4, 'Tasks that stopped'),
    stops.length === 0
      ? undefined
      : table(
          ['Tasks', 'Reason', 'Exit code', 'What to do', 'Newest'],
          stops.map(({ stop, hint, tasks, text: why }) => [
            `${tasks.length}`,
            text(stop.kind === 'health-check' ? capitalize(why) : stop.reason),
            stop.exitCode === undefined ? '' : `${code(stop.container ?? '')}: ${stop.exitCode}`,
            hint === next ? 'See above' : text(hint),
            link(code(taskId(tasks.at(-1) ?? '').slice(0, 8)), taskUrl(tasks.at(-1) ?? '')),
          ]),
        ),
    ...logs.map((log) => logSection(log, serviceArn)),
    targets.length === 0 ? undefined : heading(4, 'Targets that are not healthy'),
    targets.length === 0
      ? undefined
      : table(
          ['Target group', 'State', 'Targets'],
          targets.map((group) => [code(group.targetGroup), text(group.state), text(group.targets.join(', '))]),
        ),
    events.length === 0
      ? undefined
      : details(
          "The service's events",
          join(
            events.map(({ at, message }) => `- ${code(new Date(at).toISOString())} ${text(message)}`).join('\n'),
            link('All events in the console', serviceUrl(serviceArn, 'events')),
          ),
        ),
  )
}

function logSection(log: FailedLog, serviceArn: string): string {
  const name = link(code(log.container), logUrl(log, serviceArn))
  const title = `Last lines of the log of ${name}`
  const setting = code(`show-container-logs: ${log.hidden}`)
  if (log.hidden === 'never') return `${title}: not shown (${setting})`
  if (log.missing !== undefined) return `${title} could not be read: ${text(log.missing)}`
  if (log.lines.length === 0) return `${title} is empty.`
  if (log.hidden === 'log') return `${title}: in the log of this step (${setting})`
  return join(`${title}:`, block(log.lines.join('\n')))
}
