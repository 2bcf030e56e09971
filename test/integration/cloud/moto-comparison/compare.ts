/** One place where two answers are not alike. */
export interface Difference {
  /** The call, then the place in its answer; list indexes are written as []. */
  readonly at: string
  readonly ours: unknown
  readonly theirs: unknown
}

/** All places where two answers differ, once what cannot be alike (ids, times) is written alike. */
export function differences(call: string, ours: unknown, theirs: unknown): readonly Difference[] {
  const [a, b] = [flatten(ours), flatten(theirs)]
  const places = [...new Set([...a.keys(), ...b.keys()])].sort()
  const found = new Map<string, Difference>()
  for (const place of places) {
    const [mine, other] = [a.get(place), b.get(place)]
    if (mine === other) continue
    const at = `${call}: ${place.replace(/\[\d+\]/g, '[]')}`
    if (!found.has(at)) found.set(at, { at, ours: mine, theirs: other })
  }
  return [...found.values()]
}

function flatten(value: unknown, place = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (value === undefined || value === null) return into
  if (Array.isArray(value)) {
    if (value.length === 0) into.set(place, '[]')
    value.forEach((item, i) => {
      flatten(item, `${place}[${i}]`, into)
    })
  } else if (value instanceof Date) {
    into.set(place, 'a time')
  } else if (typeof value === 'object') {
    const members = Object.entries(value)
    if (members.length === 0) into.set(place, '{}')
    for (const [name, member] of members) flatten(member, place === '' ? name : `${place}.${name}`, into)
  } else {
    into.set(place, typeof value === 'string' ? anonymous(value) : value)
  }
  return into
}

/** Writes what is different in every run alike. */
const anonymous = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/[0-9a-f]{32}/g, 'ID')
    .replace(/ecs-svc\/\d{17,20}/g, 'ecs-svc/ID')
    .replace(/eni-[0-9a-f]{8,17}/g, 'eni-ID')
    .replace(/subnet-[0-9a-f]{8,17}/g, 'subnet-ID')
    .replace(/sg-[0-9a-f]{8,17}/g, 'sg-ID')
    .replace(/(service-(?:deployment|revision)\/\w+\/\w+)\/[\w-]+/g, '$1/ID')
