import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { matchingDowntimes, silencedAt } from './downtimes.ts'
import { type Monitor, STATES, type State } from './monitor.ts'

/** What a request asks to see of each monitor. */
export interface Wanted {
  readonly groups: ((state: State) => boolean) | undefined
  readonly downtimes: boolean
}

/** All that there is to see of a monitor. */
export const ALL: Wanted = { groups: () => true, downtimes: true }

/** Neither groups nor downtimes. */
export const SETTINGS: Wanted = { groups: undefined, downtimes: false }

/** Reads `group_states` and `with_downtimes`. */
export function readWanted(ask: URLSearchParams): Wanted {
  const states = listOf(ask.get('group_states')).map((state) => state.toLowerCase())
  const known = ['all', ...STATES.map((state) => state.toLowerCase())]
  if (states.some((state) => !known.includes(state))) throw new DatadogError(400, 'Invalid group_state filters.')
  const groups = (state: State) => states.includes('all') || states.includes(state.toLowerCase())
  return { groups: states.length === 0 ? undefined : groups, downtimes: ask.get('with_downtimes') === 'true' }
}

/** A monitor as Datadog answers it. `now`: seconds since the epoch. */
export function writeMonitor(monitor: Monitor, wanted: Wanted, now: number): Members {
  const { id, settings, groups, created, modified, turned } = monitor
  const shown = [...groups].filter(([, { state }]) => wanted.groups?.(state) === true)
  return {
    id,
    org_id: ORG_ID,
    ...settings,
    options: { ...settings.options, silenced: silencedAt(monitor, now) },
    multi: monitor.isMulti,
    created_at: created * 1000,
    created: iso(created),
    modified: iso(modified),
    deleted: null,
    restriction_policy: null,
    assets: [],
    overall_state: monitor.overall,
    overall_state_modified: turned === null ? null : iso(turned),
    creator: CREATOR,
    ...(wanted.groups === undefined
      ? {}
      : { state: { groups: Object.fromEntries(shown.map(([name, group]) => [name, writeGroup(name, group)])) } }),
    ...(wanted.downtimes ? { matching_downtimes: matchingDowntimes(monitor, now) } : {}),
  }
}

const ORG_ID = 1
const CREATOR = { id: 1, name: 'Rehearsal', handle: 'rehearsal@example.com', email: 'rehearsal@example.com' }

type Group = Monitor['groups'] extends Map<string, infer G> ? G : never

const writeGroup = (name: string, { state, triggered, resolved, silent }: Group) => ({
  name,
  status: state,
  last_triggered_ts: triggered,
  last_resolved_ts: resolved,
  last_nodata_ts: silent,
  last_notified_ts: triggered,
})

/** As Datadog writes times: with an offset, not with `Z`. */
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('Z', '+00:00')

/** Items of a query parameter, separated by commas. */
export const listOf = (text: string | null): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
