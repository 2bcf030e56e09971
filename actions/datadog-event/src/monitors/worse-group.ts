// Which groups of monitors got worse since the baseline. Pure.
import type { Baseline } from './baseline.ts'
import type { Group, Monitor, MonitorState } from './monitor.ts'
import { successions } from './replaced-group.ts'
import type { Snapshot } from './snapshot.ts'

/** What a state does to the gate. */
export type Effect = 'fail' | 'hold' | 'ignore'

export interface Policy {
  readonly onWarn: Effect
  readonly onNoData: Effect
  /** The priorities that count, if not all do. */
  readonly priorities?: readonly number[]
}

/** One group (or, for No Data, one monitor) that is worse than it was before the deploy. */
export interface WorseGroup {
  readonly monitor: { readonly id: number; readonly name: string; readonly priority?: number }
  readonly group: string
  readonly state: 'Alert' | 'Warn' | 'No Data'
  /** `undefined` where nothing is known of it. */
  readonly before: MonitorState | undefined
  readonly effect: Effect
  /** Why it is shown and has no effect. `as before`: others were in this state in its place, before the deploy. */
  readonly ignoredAs?: 'muted' | 'priority' | 'as before'
}

/** True for a priority that counts. */
export const hasPriority = ({ priority }: Monitor, { priorities }: Policy): boolean =>
  priorities === undefined || (priority !== undefined && priorities.includes(priority))

/** The monitors whose names of groups a look has to keep: those of which the baseline has them. */
export function namesWanted({ monitors }: Baseline): ReadonlySet<number> {
  return new Set(monitors?.filter(({ calm }) => calm !== undefined).map(({ id }) => id))
}

/** All groups that are worse than before the deploy. Drafts have none. */
export function worseGroupsOf(baseline: Baseline, now: Snapshot, policy: Policy): readonly WorseGroup[] {
  const before = new Map(baseline.monitors?.map((monitor) => [monitor.id, monitor]))
  return now.monitors.flatMap((monitor) => {
    if (monitor.draft) return []
    const was = before.get(monitor.id)
    const worse = [
      ...triggers(monitor, was, baseline.takenAt, policy),
      ...silence(monitor, was, baseline.takenAt, policy),
    ]
    if (hasPriority(monitor, policy)) return worse
    return worse.map((group): WorseGroup => ({ ...group, effect: 'ignore', ignoredAs: 'priority' }))
  })
}

const LEVEL: Readonly<Partial<Record<MonitorState, number>>> = { Alert: 2, Warn: 1 }
const level = (state: MonitorState) => LEVEL[state] ?? 0

function triggers(
  monitor: Monitor,
  before: Monitor | undefined,
  takenAt: number,
  policy: Policy,
): readonly WorseGroup[] {
  const then = new Map(before?.notable.map((group) => [group.name, group]))
  const placed = successions(monitor, before)
  const short = shortOf(monitor)
  return monitor.notable.flatMap((group): readonly WorseGroup[] => {
    const { name, state, muted } = group
    if (state !== 'Alert' && state !== 'Warn') return []
    if (!isNew(group, before, then.get(name), takenAt)) return []
    const of = { monitor: short, group: name, state }
    const effect = state === 'Alert' ? 'fail' : policy.onWarn
    const place = placed.get(name)
    if (place !== undefined && !muted) {
      if (!place.unsure) return [{ ...of, before: place.before, effect: 'ignore', ignoredAs: 'as before' }]
      return [{ ...of, before: place.before, effect: effect === 'ignore' ? effect : 'hold' }]
    }
    // A group that a baseline does not list was OK, or was not there.
    const was = before === undefined ? undefined : (then.get(name)?.state ?? 'OK')
    return [{ ...of, before: was, ...(muted ? { effect: 'ignore', ignoredAs: 'muted' } : { effect }) }]
  })
}

const shortOf = ({ id, name, priority }: Monitor) => ({ id, name, ...(priority === undefined ? {} : { priority }) })

/**
 * A group is new when it got worse, or recovered and got worse again. A state that was there before the deploy and has not
 * changed is not new; neither is a Warn that was an Alert.
 */
function isNew(now: Group, monitorBefore: Monitor | undefined, before: Group | undefined, takenAt: number): boolean {
  // Of a monitor that the baseline does not know, only Datadog's own time tells.
  if (monitorBefore === undefined) return now.since === 0 || now.since >= Math.floor(takenAt / 1000)
  const was = before === undefined ? 0 : level(before.state)
  if (level(now.state) !== was) return level(now.state) > was
  return now.since > (before?.since ?? 0)
}

/**
 * A deploy replaces tasks, so groups of the old tasks get No Data: that does not count. A monitor all of whose groups have No Data
 * does.
 */
function silence(
  monitor: Monitor,
  before: Monitor | undefined,
  takenAt: number,
  policy: Policy,
): readonly WorseGroup[] {
  if (!isSilent(monitor) || (before !== undefined && isSilent(before))) return []
  const last = Math.max(0, ...monitor.notable.map(({ since }) => since))
  if (before === undefined && last !== 0 && last < Math.floor(takenAt / 1000)) return []
  const muted = monitor.notable.every((group) => group.muted)
  const of = { monitor: shortOf(monitor), group: '*', state: 'No Data', before: before?.overall } as const
  return [{ ...of, ...(muted ? { effect: 'ignore', ignoredAs: 'muted' } : { effect: policy.onNoData }) }]
}

const isSilent = ({ counts }: Monitor): boolean => {
  const { 'No Data': silent = 0, Unknown: unknown = 0, ...others } = counts
  return silent + unknown > 0 && Object.values(others).every((count) => count === 0)
}
