/** Where a monitor says that it, or some of its groups, are muted. */
export interface RawMutes {
  readonly options?: {
    readonly silenced?: Readonly<Record<string, number | null>> | null
    readonly thresholds?: unknown
  } | null
  readonly matching_downtimes?: readonly (RawDowntime | null)[] | null
}

interface RawDowntime {
  readonly start?: number | null
  readonly end?: number | null
  readonly active?: boolean
  readonly disabled?: boolean
  readonly scope?: readonly string[] | string | null
  readonly groups?: readonly string[] | null
}

/** Tells whether a group of this monitor is muted at `now` (seconds since the epoch). */
export function mutes({ options, matching_downtimes }: RawMutes, now: number): (group: string) => boolean {
  const silenced = Object.entries(options?.silenced ?? {})
    .filter(([, end]) => end === null || end > now)
    .map(([scope]) => scope)
  const downtimes = (matching_downtimes ?? [])
    .filter((downtime) => downtime !== null)
    .filter((one) => inForce(one, now))
  if (silenced.length === 0 && downtimes.length === 0) return () => false
  return (group) =>
    silenced.some((scope) => covers([scope], group)) || downtimes.some((downtime) => downtimeCovers(downtime, group))
}

const inForce = ({ start, end, active, disabled }: RawDowntime, now: number): boolean =>
  active !== false && disabled !== true && (start ?? 0) <= now && (end === undefined || end === null || end > now)

function downtimeCovers({ groups, scope }: RawDowntime, group: string): boolean {
  if (groups !== undefined && groups !== null && groups.length > 0) return groups.includes(group)
  return covers(typeof scope === 'string' ? [scope] : (scope ?? ['*']), group)
}

/**
 * A scope is `*` or tags that must all hold. Datadog lists a downtime only with monitors that it matches, so a tag of which
 * the group says nothing holds for the whole monitor. A scope that we cannot read mutes nothing: a false alert is better
 * than a missed one.
 */
function covers(scope: readonly string[], group: string): boolean {
  const tags = group.split(',').map((tag) => tag.trim())
  return scope
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .every((wanted) => {
      if (wanted === '*') return true
      const [key, value] = split(wanted)
      if (value === undefined || /[\s()]/.test(wanted)) return false
      const values = tags.map(split).filter(([name]) => name === key)
      return values.length === 0 || values.some(([, has]) => matches(value, has ?? ''))
    })
}

const split = (tag: string): readonly [string, string?] => {
  const at = tag.indexOf(':')
  return at < 1 ? [tag] : [tag.slice(0, at), tag.slice(at + 1)]
}

const matches = (wanted: string, has: string) =>
  wanted.endsWith('*') ? has.startsWith(wanted.slice(0, -1)) : has === wanted
