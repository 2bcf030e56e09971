// Datadog's monitors as the gate sees them: what `GET /api/v1/monitor` answers, reduced to what a judgement needs.
import { createHash } from 'node:crypto'
import { mutes, type RawMutes } from './mutes.ts'

export const MONITOR_STATES = ['Alert', 'Warn', 'No Data', 'OK', 'Ignored', 'Skipped', 'Unknown'] as const
export type MonitorState = (typeof MONITOR_STATES)[number]

/** One group of a monitor, such as `host:a`; a monitor that is not split has the one group `*`. */
export interface Group {
  readonly name: string
  readonly state: MonitorState
  /** Seconds since the epoch: when it last went into Alert or Warn, or fell silent. 0 if never or unknown. */
  readonly since: number
  readonly muted: boolean
}

export interface Monitor {
  readonly id: number
  readonly name: string
  /** From 1, the highest, to 5. */
  readonly priority?: number
  /** Not published yet: it sends no notifications. */
  readonly draft?: boolean
  /** A digest of what it evaluates. */
  readonly definition?: string
  readonly overall: MonitorState
  /** How many groups are in each state, and of these how many are muted. */
  readonly counts: Readonly<Partial<Record<MonitorState, number>>>
  readonly muted: number
  /** How many groups are neither muted nor ignored nor skipped. */
  readonly judged: number
  /** The groups that are not OK, or triggered after the time asked for. The others are only counted. */
  readonly notable: readonly Group[]
  /** The names of the others, where they were asked for. */
  readonly calm?: readonly string[]
}

interface RawGroup {
  readonly status?: string
  readonly last_triggered_ts?: number | null
  readonly last_nodata_ts?: number | null
}

export interface RawMonitor extends RawMutes {
  readonly id?: number
  readonly name?: string
  readonly priority?: number | null
  readonly draft_status?: string
  readonly query?: string
  readonly overall_state?: string
  readonly overall_state_modified?: string | null
  readonly state?: { readonly groups?: Readonly<Record<string, RawGroup | null>> | null } | null
}

/** Whether the names of the groups that are not notable are kept: of few monitors, as they take memory. */
export type KeepNames = (id: number, notable: readonly Group[]) => boolean

/** @param since seconds since the epoch: groups that triggered later are notable even if they are OK again. */
export function readMonitor(
  raw: RawMonitor,
  now: number,
  since: number,
  keepNames: KeepNames = () => false,
): Monitor | undefined {
  if (typeof raw !== 'object' || raw === null || typeof raw.id !== 'number') return undefined
  const { id, priority } = raw
  const overall = stateOf(raw.overall_state)
  const muted = mutes(raw, now / 1000)
  const counts: Partial<Record<MonitorState, number>> = {}
  const notable: Group[] = []
  const calm: string[] = []
  let [mutedCount, judged] = [0, 0]
  for (const group of groupsOf(raw, overall, muted)) {
    counts[group.state] = (counts[group.state] ?? 0) + 1
    if (group.muted) mutedCount++
    else if (group.state !== 'Ignored' && group.state !== 'Skipped') judged++
    if (group.state !== 'OK' || group.since > since) notable.push(group)
    else calm.push(group.name)
  }
  return {
    ...{ id, name: raw.name ?? `monitor ${id}`, overall, counts, muted: mutedCount, judged, notable },
    ...(typeof priority === 'number' ? { priority } : {}),
    ...(raw.draft_status === 'draft' ? { draft: true } : {}),
    ...(raw.query === undefined ? {} : { definition: digestOf(raw.query, raw.options?.thresholds) }),
    ...(keepNames(id, notable) ? { calm } : {}),
  }
}

const digestOf = (...parts: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)

function* groupsOf(raw: RawMonitor, overall: MonitorState, muted: (group: string) => boolean): Generator<Group> {
  let any = false
  for (const [name, group] of Object.entries(raw.state?.groups ?? {})) {
    any = true
    const state = stateOf(group?.status)
    const at = state === 'No Data' ? group?.last_nodata_ts : group?.last_triggered_ts
    yield { name, state, since: at ?? 0, muted: muted(name) }
  }
  if (any) return
  const modified = Date.parse(raw.overall_state_modified ?? '') / 1000
  const since = overall === 'OK' || Number.isNaN(modified) ? 0 : Math.floor(modified)
  yield { name: '*', state: overall, since, muted: muted('*') }
}

const stateOf = (text: string | undefined): MonitorState => MONITOR_STATES.find((state) => state === text) ?? 'Unknown'
