import type { Members } from '../../kernel/call.ts'
import { isSplit } from './condition.ts'
import type { Downtime } from './downtimes.ts'

export const STATES = ['Alert', 'Warn', 'No Data', 'OK', 'Ignored', 'Skipped', 'Unknown'] as const
export type State = (typeof STATES)[number]

/** Datadog's monitor types. */
export const TYPES = [
  'audit alert',
  'ci-pipelines alert',
  'ci-tests alert',
  'composite',
  'cost alert',
  'data-jobs alert',
  'data-quality alert',
  'database-monitoring alert',
  'error-tracking alert',
  'event alert',
  'event-v2 alert',
  'llm-observability alert',
  'log alert',
  'metric alert',
  'network-path alert',
  'network-performance alert',
  'process alert',
  'query alert',
  'rum alert',
  'service check',
  'slo alert',
  'synthetics alert',
  'trace-analytics alert',
] as const
export type MonitorType = (typeof TYPES)[number]

/** What a user sets of a monitor. */
export interface Settings {
  readonly name: string
  readonly type: MonitorType
  readonly query: string
  readonly message: string
  readonly tags: readonly string[]
  /** From 1, the highest, to 5. */
  readonly priority: number | null
  /** A draft is evaluated as other monitors are, and notifies no one. */
  readonly draft_status: 'draft' | 'published'
  readonly restricted_roles: readonly string[] | null
  readonly options: Members
}

/** A monitor of a scenario. */
export interface MonitorSetup {
  readonly settings: Settings
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

/** A monitor with its states. Times are seconds since the epoch. */
export class Monitor {
  readonly id: number
  readonly created: number
  readonly silenced: MonitorSetup['silenced']
  readonly downtimes: readonly Downtime[]
  readonly groups = new Map<string, Group>()
  settings: Settings
  modified: number
  /** When the overall state last changed; `null` before the first evaluation. */
  turned: number | null = null

  constructor(id: number, { settings, groups, silenced, downtimes }: MonitorSetup, now: number) {
    this.id = id
    this.settings = settings
    this.silenced = silenced
    this.downtimes = downtimes
    this.created = now
    this.modified = now
    for (const [name, state] of Object.entries(groups)) this.enter(name, state, now)
  }

  /** The worst state of the groups. */
  get overall(): State {
    const states = [...this.groups.values()].map(({ state }) => state)
    return STATES.find((state) => states.includes(state)) ?? 'No Data'
  }

  /** Whether each group alerts by itself. */
  get isMulti(): boolean {
    return this.groups.size === 0 ? isSplit(this.settings.query) : !(this.groups.size === 1 && this.groups.has('*'))
  }

  /** All groups; `*` for a monitor that is not split, evaluated or not. */
  groupNames(): readonly string[] {
    return this.groups.size === 0 && !this.isMulti ? ['*'] : [...this.groups.keys()]
  }

  /** Sets the state of a group. Returns whether it changed. */
  enter(name: string, state: State, now: number): boolean {
    const group = this.groups.get(name) ?? { state: 'OK', triggered: null, resolved: null, silent: null }
    const was = this.groups.has(name) ? group.state : undefined
    if (was === state) return false
    const overall = this.turned === null ? undefined : this.overall
    this.groups.set(name, group)
    group.state = state
    if (state === 'Alert' || state === 'Warn') group.triggered = now
    if (state === 'No Data') group.silent = now
    if (state === 'OK' && was !== undefined) group.resolved = now
    if (this.overall !== overall) this.turned = now
    return true
  }
}
