// Answers of Elastic Load Balancing, taken apart so that two clouds' can be compared.

/** Why the cloud's answer differs, by where it does; `*` stands for anything. */
export type Explanations = Readonly<Record<string, string>>

/**
 * An answer as flat facts: `CreateListener.Listeners[].Port → 80`. Names that differ in each run are blurred, and
 * lists of keys and values are taken as what they mean, so that order does not count.
 */
export function facts(operation: string, answer: unknown): Record<string, string> {
  const flat: Record<string, string> = {}
  flatten(operation, answer, flat)
  return flat
}

function flatten(path: string, value: unknown, flat: Record<string, string>): void {
  if (Array.isArray(value)) {
    if (value.length === 0) flat[`${path}[]`] = 'empty'
    for (const item of value) flatten(isPair(item) ? `${path}{${nameOf(item)}}` : `${path}[]`, item, flat)
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const [name, member] of Object.entries(value)) {
      if (isPair(value) && (name === 'Key' || name === 'Name')) continue
      flatten(`${path}.${name}`, member, flat)
    }
  } else if (value !== undefined) {
    const text = blur(value)
    flat[path] = path in flat ? `${flat[path]} | ${text}` : text
  }
}

const isPair = (item: unknown): item is Record<string, string> =>
  typeof item === 'object' && item !== null && ('Key' in item || ('Name' in item && 'Max' in item))

const nameOf = (item: Record<string, string>) => item['Key'] ?? item['Name']

function blur(value: unknown): string {
  if (value instanceof Date) return '<time>'
  return String(value)
    .replace(/(arn:aws:elasticloadbalancing:\S*?)\/[0-9a-f]{16}(\/[0-9a-f]{16})?(\/\w+)?/g, '$1/<id>')
    .replace(/\b(subnet|vpc|sg)-[0-9a-f]{8,17}\b/g, '<$1>')
}

/** Holds what differs to what is explained: nothing without a reason, and no reason without a difference. */
export function explained(found: Readonly<Record<string, readonly unknown[]>>, explanations: Explanations) {
  const reasons = Object.keys(explanations).map((pattern) => ({ pattern, matches: wildcard(pattern) }))
  const paths = Object.keys(found)
  return {
    unexplained: Object.fromEntries(
      Object.entries(found).filter(([path]) => !reasons.some(({ matches }) => matches.test(path))),
    ),
    outdated: reasons.filter(({ matches }) => !paths.some((path) => matches.test(path))).map(({ pattern }) => pattern),
  }
}

const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
