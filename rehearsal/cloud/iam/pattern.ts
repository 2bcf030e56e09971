const known = new Map<string, RegExp>()

/**
 * Whether `text` matches a pattern of IAM: `*` is any text, also none, and `?` is one character. Both cross `/` and `:`, as
 * in the Resource element of a policy.
 */
export function matchesPattern(pattern: string, text: string, flags: '' | 'i' = ''): boolean {
  const key = `${flags}:${pattern}`
  let expression = known.get(key)
  if (expression === undefined) {
    const escaped = pattern.replace(/[.+^$()[\]{}|\\]/g, '\\$&')
    expression = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, `s${flags}`)
    known.set(key, expression)
  }
  return expression.test(text)
}

/** The same for ARNs in conditions: each of the six parts between colons is compared with the same part of the pattern. */
export function matchesArn(pattern: string, arn: string): boolean {
  const [wanted, found] = [partsOf(pattern), partsOf(arn)]
  return wanted.length === found.length && wanted.every((part, i) => matchesPattern(part, found[i] ?? ''))
}

/** The last part has colons of its own, such as `log-group:web`. */
function partsOf(arn: string): readonly string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
