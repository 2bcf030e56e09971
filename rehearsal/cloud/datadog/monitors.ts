import type { Members, Request } from '../kernel/call.ts'
import type { Clock } from '../kernel/clock.ts'
import { DatadogError, json, type RecordedAnswer } from './answers.ts'

export const STATES = ['Alert', 'Warn', 'No Data', 'OK', 'Ignored', 'Skipped', 'Unknown'] as const
export type State = (typeof STATES)[number]

export interface Downtime {
  readonly scope: readonly string[]
  /** Seconds since the epoch; `null`: without end. */
  readonly start: number
  readonly end: number | null
}

/** Settings of a new monitor. */
export interface MonitorSetup {
  readonly name: string
  readonly tags: readonly string[]
  readonly query: string
  /** Groups with their first state. A monitor that is not split by tags has the single group `*`. */
  readonly groups: Readonly<Record<string, State>>
  /** Muted groups, or `*`, and the end of each mute in seconds since the epoch; `null`: without end. */
  readonly silenced: Readonly<Record<string, number | null>>
  readonly downtimes: readonly Downtime[]
}

interface Group {
  state: State
  triggered: number | null
  resolved: number | null
  silent: number | null
}

interface Monitor {
  readonly id: number
  readonly setup: MonitorSetup
  readonly groups: Map<string, Group>
  readonly created: number
  modified: number
}

/** Default and maximum of `page_size`. */
const USUAL_PAGE = 100
const LARGEST_PAGE = 1000

/** Monitors and the states of their groups, as a scenario or a test sets them. */
export class Monitors {
  readonly #clock: Clock
  #monitors: readonly Monitor[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Replaces all monitors. */
  replace(setups: readonly MonitorSetup[]): void {
    const now = this.#seconds()
    this.#monitors = setups.map((setup, index) => {
      const monitor: Monitor = { id: 1001 + index, setup, groups: new Map(), created: now, modified: now }
      for (const [name, state] of Object.entries(setup.groups)) enter(monitor, name, state, now)
      return monitor
    })
  }

  /** Sets the state of one group or of all groups of a monitor, by its id or name. Returns the groups whose state changed. */
  turn(which: string, state: State, group?: string): readonly string[] {
    const now = this.#seconds()
    const monitor = this.#monitors.find(({ id, setup }) => String(id) === which || setup.name === which)
    if (monitor === undefined) throw new DatadogError(404, `Monitor not found: ${which}`)
    const names = group === undefined ? [...monitor.groups.keys()] : [group]
    const changed = names.filter((name) => enter(monitor, name, state, now))
    if (changed.length > 0) monitor.modified = now
    return changed
  }

  /** `GET /api/v1/monitor` */
  list({ url }: Request): RecordedAnswer {
    const ask = url.searchParams
    const tags = listOf(ask.get('monitor_tags'))
    const found = this.#monitors.filter(({ setup }) => tags.every((tag) => setup.tags.includes(tag)))
    const page = pageOf(ask)
    const shown = page === undefined ? found : found.slice(page.number * page.size, (page.number + 1) * page.size)
    return {
      answer: json(
        200,
        shown.map((monitor) => this.#write(monitor, ask)),
      ),
      record: { monitors: shown.length, matched: found.length },
    }
  }

  get({ url }: Request, id: string): RecordedAnswer {
    const monitor = this.#monitors.find((one) => String(one.id) === id)
    if (monitor === undefined) throw new DatadogError(404, 'Monitor not found')
    return { answer: json(200, this.#write(monitor, url.searchParams)), record: { monitors: 1 } }
  }

  /** All monitors, for the control API. */
  all(): readonly Members[] {
    return this.#monitors.map((monitor) =>
      this.#write(monitor, new URLSearchParams('group_states=all&with_downtimes=true')),
    )
  }

  #write(monitor: Monitor, ask: URLSearchParams): Members {
    const { id, setup, groups, created, modified } = monitor
    const states = listOf(ask.get('group_states')).map((state) => state.toLowerCase())
    const wanted = (state: State) => states.includes('all') || states.includes(state.toLowerCase())
    const written = [...groups]
      .filter(([, { state }]) => wanted(state))
      .map(([name, group]) => [name, writeGroup(name, group)])
    return {
      id,
      name: setup.name,
      type: 'query alert',
      query: setup.query,
      message: '',
      tags: setup.tags,
      multi: !(groups.size === 1 && groups.has('*')),
      options: { silenced: setup.silenced },
      created: iso(created),
      modified: iso(modified),
      overall_state: overall([...groups.values()].map(({ state }) => state)),
      overall_state_modified: iso(modified),
      ...(states.length > 0 ? { state: { groups: Object.fromEntries(written) } } : {}),
      ...(ask.get('with_downtimes') === 'true' ? { matching_downtimes: this.#inForce(setup.downtimes) } : {}),
    }
  }

  #inForce(downtimes: readonly Downtime[]): readonly object[] {
    const now = this.#seconds()
    return downtimes
      .filter(({ start, end }) => start <= now && (end === null || end > now))
      .map((downtime, index) => ({ id: 501 + index, ...downtime, active: true }))
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}

/** Sets the state of a group. Returns whether it changed. */
function enter({ groups }: Monitor, name: string, state: State, now: number): boolean {
  const group = groups.get(name) ?? { state: 'OK', triggered: null, resolved: null, silent: null }
  const was = groups.has(name) ? group.state : undefined
  groups.set(name, group)
  if (was === state) return false
  group.state = state
  if (state === 'Alert' || state === 'Warn') group.triggered = now
  if (state === 'No Data') group.silent = now
  if (state === 'OK' && was !== undefined) group.resolved = now
  return true
}

const writeGroup = (name: string, { state, triggered, resolved, silent }: Group) => ({
  name,
  status: state,
  last_triggered_ts: triggered,
  last_resolved_ts: resolved,
  last_nodata_ts: silent,
  last_notified_ts: triggered,
})

/** The worst state of the groups. */
const overall = (states: readonly State[]): State => STATES.find((state) => states.includes(state)) ?? 'No Data'

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

const listOf = (text: string | null): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** The page of the request; `undefined` for all monitors. */
function pageOf(ask: URLSearchParams): { readonly number: number; readonly size: number } | undefined {
  if (!ask.has('page')) return undefined
  const [number, size] = [ask.get('page'), ask.get('page_size') ?? USUAL_PAGE].map(Number)
  if (!Number.isInteger(number) || !Number.isInteger(size) || Number(number) < 0 || Number(size) < 1) {
    throw new DatadogError(400, 'The value provided for parameter page or page_size is invalid')
  }
  return { number: Number(number), size: Math.min(Number(size), LARGEST_PAGE) }
}
