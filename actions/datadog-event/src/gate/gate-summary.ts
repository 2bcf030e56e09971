import { counted } from '../../../../toolkit/text/counted.ts'
import { code, details, heading, join, link, table, text } from '../../../../toolkit/text/markdown.ts'
import type { Site } from '../api/site.ts'
import type { GateInputs } from '../inputs/gate-inputs.ts'
import type { CommonInputs } from '../inputs/inputs.ts'
import { type GateVerdict, priorityOf } from '../monitors/gate-result.ts'
import type { Monitor, MonitorState } from '../monitors/monitor.ts'
import { type Effect, hasPriority, type Policy, type WorseGroup } from '../monitors/worse-group.ts'
import type { Watched } from './watch.ts'

const SIGN: Readonly<Record<GateVerdict, string>> = { pass: '✅', fail: '❌', unknown: '❔' }
const EFFECT: Readonly<Record<Effect, string>> = {
  fail: 'fails the gate',
  hold: 'holds the gate',
  ignore: 'shown only',
}
/** So many groups are listed; all are counted. */
const GROUPS_SHOWN = 50

type SummaryInputs = Pick<GateInputs & CommonInputs, 'baseline' | 'policy' | 'site'>

/** The verdict and what it rests on: every monitor's state before and after, those that got worse first. */
export function gateSummary(
  { result, progress, last, looks }: Watched,
  inputs: SummaryInputs,
  warnings: readonly string[] = [],
): string {
  const { baseline, policy, site } = inputs
  const before = new Map(baseline.monitors?.map((monitor) => [monitor.id, monitor]))
  const worse = new Set(progress.worseGroups.map(({ monitor }) => monitor.id))
  const monitors = [...(last?.monitors ?? [])].sort((a, b) => Number(worse.has(b.id)) - Number(worse.has(a.id)))
  const now = new Set(monitors.map(({ id }) => id))
  const gone = (baseline.monitors ?? []).filter(({ id }) => !now.has(id))
  const rows = [
    ...monitors.map((monitor) => [
      monitorLink(monitor, site),
      states(before.get(monitor.id)),
      states(monitor),
      notJudged(monitor, policy),
    ]),
    ...(last === undefined ? [] : gone.map((monitor) => [monitorLink(monitor, site), states(monitor), 'gone', ''])),
  ]
  return join(
    heading(3, `${SIGN[result.verdict]} Monitor gate: ${result.verdict}`),
    text(result.reason),
    ...warnings.map(text),
    worseGroupsTable(progress.worseGroups, site),
    rows.length === 0
      ? undefined
      : details(
          `${counted(monitors.length, 'monitor')}, before and after (${counted(looks, 'poll')})`,
          table(['Monitor', 'Before', 'After', 'Not judged'], rows),
        ),
  )
}

function worseGroupsTable(worseGroups: readonly WorseGroup[], site: Site): string | undefined {
  if (worseGroups.length === 0) return undefined
  const order: readonly Effect[] = ['fail', 'hold', 'ignore']
  const sorted = [...worseGroups].sort((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
  const rows = sorted
    .slice(0, GROUPS_SHOWN)
    .map((f) => [monitorLink(f.monitor, site), code(f.group), f.before ?? 'not known', f.state, effectOf(f)])
  const more = worseGroups.length - GROUPS_SHOWN
  return join(table(['Monitor', 'Group', 'Before', 'Now', 'Effect'], rows), more > 0 ? `And ${more} more.` : undefined)
}

/** `OK 98, Alert 2`, or just the state where there is one group. */
function states(monitor: Monitor | undefined): string {
  if (monitor === undefined) return 'not known'
  const counts = Object.entries(monitor.counts) as readonly (readonly [MonitorState, number])[]
  const [only] = counts
  return counts.length === 1 && only?.[1] === 1
    ? only[0]
    : counts.map(([state, count]) => `${state} ${count}`).join(', ')
}

function effectOf({ effect, ignoredAs, monitor }: WorseGroup): string {
  if (ignoredAs === undefined) return EFFECT[effect]
  const why = { muted: 'muted', priority: priorityOf(monitor), 'as before': 'as before the deploy' }[ignoredAs]
  return `${why}: shown only`
}

function notJudged(monitor: Monitor, policy: Policy): string {
  const { muted, counts, draft } = monitor
  if (draft) return 'draft'
  if (!hasPriority(monitor, policy)) return priorityOf(monitor)
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return muted === 0 ? '' : muted === all ? 'muted' : `${muted} of ${all} muted`
}

const monitorLink = (monitor: { readonly id: number; readonly name: string }, site: Site) =>
  link(text(monitor.name), monitorUrl(monitor.id, site))

/** Address of a monitor in Datadog; '' for a site without a web application. */
export const monitorUrl = (id: number, site: Site): string => (site.app === '' ? '' : `${site.app}/monitors/${id}`)
