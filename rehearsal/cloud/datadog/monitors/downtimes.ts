// Mutes and downtimes of a monitor, as `GET /api/v1/monitor` answers them.

/** A downtime of a single monitor, or of all monitors that have some tags. */
export interface Downtime {
  readonly scope: readonly string[]
  /** Monitor tags; empty for a downtime of this monitor alone. */
  readonly tags: readonly string[]
  /** Seconds since the epoch; `null`: without end. */
  readonly start: number
  readonly end: number | null
}

interface Muted {
  readonly id: number
  readonly groups: ReadonlyMap<string, unknown>
  readonly silenced: Readonly<Record<string, number | null>>
  readonly downtimes: readonly Downtime[]
}

/** The scopes in `options.silenced` with their ends: mutes, and downtimes of this monitor alone. */
export function silencedAt({ silenced, downtimes }: Muted, now: number): Readonly<Record<string, number | null>> {
  const own = downtimes.filter((downtime) => downtime.tags.length === 0 && inForce(downtime, now))
  return Object.fromEntries([
    ...Object.entries(silenced).filter(([, end]) => end === null || end > now),
    ...own.map(({ scope, end }) => [scope.join(','), end] as const),
  ])
}

/** `matching_downtimes`: the downtimes in force. */
export function matchingDowntimes({ id, groups, downtimes }: Muted, now: number): readonly object[] {
  return downtimes.flatMap((downtime, index) => {
    if (!inForce(downtime, now)) return []
    const { scope, tags, start, end } = downtime
    const covered = [...groups.keys()].filter((group) => covers(scope, group))
    return [
      {
        id: 501 + index,
        active: true,
        monitor_id: tags.length === 0 ? id : null,
        start,
        end,
        scope,
        // A monitor without groups has `total` here.
        groups: groups.size === 0 ? ['total'] : covered,
      },
    ]
  })
}

/** Whether all groups are muted, now, by mutes or downtimes. */
export function isMuted(monitor: Muted, now: number): boolean {
  const scopes = [
    ...Object.keys(silencedAt(monitor, now)).map((scope) => [scope]),
    ...monitor.downtimes.filter((downtime) => inForce(downtime, now)).map(({ scope }) => scope),
  ]
  const groups = monitor.groups.size === 0 ? ['*'] : [...monitor.groups.keys()]
  return groups.every((group) => scopes.some((scope) => covers(scope, group)))
}

const inForce = ({ start, end }: Downtime, now: number) => start <= now && (end === null || end > now)

/** Whether a group is in a scope: it has all its tags, or the monitor is not split by them. */
function covers(scope: readonly string[], group: string): boolean {
  const tags = group.split(',')
  const keys = tags.map(keyOf)
  return scope
    .flatMap((part) => part.split(','))
    .every((wanted) => wanted === '*' || tags.includes(wanted) || !keys.includes(keyOf(wanted)))
}

const keyOf = (tag: string) => tag.split(':', 1)[0] ?? tag
