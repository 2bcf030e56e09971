// Which monitors the gate cannot judge. Pure.
import type { Baseline } from './baseline.ts'
import type { Monitor } from './monitor.ts'
import type { MonitorQuery, Snapshot } from './snapshot.ts'
import { hasPriority, type Policy } from './worse-group.ts'

/** A query none of whose monitors can be judged. */
export interface Gap {
  readonly query: MonitorQuery
  /** Why, in a sentence. */
  readonly reason: string
}

/** The queries that match no monitor, or only monitors that cannot be judged. A query that was not read is no gap. */
export function gapsOf({ results, monitors }: Snapshot, policy: Policy): readonly Gap[] {
  const byId = new Map(monitors.map((monitor) => [monitor.id, monitor]))
  return results.flatMap(({ query, monitors: ids, error }): readonly Gap[] => {
    if (error !== undefined) return []
    if (ids.length === 0) return [{ query, reason: noMatch(query) }]
    const whys = ids.map((id) => whyNotJudged(byId.get(id), policy))
    if (whys.includes(undefined)) return []
    return [
      { query, reason: `Every monitor with the tags ${tags(query)} is ${[...new Set(whys)].sort().join(' or ')}.` },
    ]
  })
}

/** Why no group of the monitor can be judged; `undefined` if one can. */
export function whyNotJudged(monitor: Monitor | undefined, policy: Policy): string | undefined {
  if (monitor === undefined) return 'gone'
  if (monitor.draft) return 'a draft'
  if (!hasPriority(monitor, policy)) return `of another priority than ${priorityNames(policy)}`
  if (monitor.judged > 0) return undefined
  return monitor.muted > 0 ? 'muted' : 'ignored or skipped'
}

/** `P1, P2` */
export const priorityNames = ({ priorities = [] }: Policy): string => priorities.map((one) => `P${one}`).join(', ')

/** A sentence about a query that matches no monitor. */
export const noMatch = (query: MonitorQuery): string => `No monitor has the tags ${tags(query)}.`

const tags = (query: MonitorQuery) => `\`${query.join('`, `')}\``

/** What to do so that the gate can judge, by why it could not. */
export function adviceFor(gaps: readonly Gap[]): string {
  // Names of tags are no reasons.
  const reasons = gaps.map(({ reason }) => reason.replace(/`[^`]*`/g, '')).join(' ')
  const isMissing = gaps.some(({ query, reason }) => reason === noMatch(query))
  return [
    ...(isMissing
      ? ['Tag the monitors of the service with `service:` and `env:`, or name the right tags with `monitor-tags`.']
      : []),
    ...(/\ba draft\b/.test(reasons) ? ['Publish a draft in Datadog.'] : []),
    ...(/ of another priority /.test(reasons) ? ['Add priorities to `monitor-priorities`.'] : []),
    ...(/\bmuted\b/.test(reasons) ? ['End the downtime or the mute in Datadog.'] : []),
    '`on-no-monitors: warn` lets a service without monitors pass with a warning.',
  ].join(' ')
}

/** A monitor that could be judged at first, and cannot any more. */
export interface Lost {
  readonly id: number
  readonly name: string
  /** Such as `gone` or `muted now`. */
  readonly why: string
}

/** @param judged the names of the monitors that could be judged before, by id. */
export function lostOf(judged: ReadonlyMap<number, string>, { monitors }: Snapshot, policy: Policy): readonly Lost[] {
  const byId = new Map(monitors.map((monitor) => [monitor.id, monitor]))
  return [...judged].flatMap(([id, name]): readonly Lost[] => {
    const why = whyNotJudged(byId.get(id), policy)
    return why === undefined ? [] : [{ id, name, why: why === 'gone' ? why : `${why} now` }]
  })
}

/** The names of the monitors that evaluate something else than they did in the baseline. */
export function editedSince(baseline: Baseline, { monitors }: Snapshot): readonly string[] {
  const before = new Map(baseline.monitors?.map(({ id, definition }) => [id, definition]))
  return monitors
    .filter(({ id, definition }) => before.get(id) !== undefined && before.get(id) !== definition)
    .map(({ name }) => name)
}
