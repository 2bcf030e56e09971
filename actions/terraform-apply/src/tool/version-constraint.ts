// Terraform's version constraints. They differ from npm's: `~> 1.11` allows 1.12, `~> 1.11.2` does not.
// https://developer.hashicorp.com/terraform/language/expressions/version-constraints

export interface Version {
  readonly parts: readonly [major: number, minor: number, patch: number]
  readonly prerelease: string
}

/** `undefined` when the text is not a version. Missing parts are 0. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text.trim())
  if (match === null) return undefined
  const [, major, minor = '0', patch = '0', prerelease = ''] = match
  return { parts: [Number(major), Number(minor), Number(patch)], prerelease }
}

/** Negative when `a` is older, 0 when equal, positive when newer. A prerelease is older than its release. */
export function compareVersions(a: Version, b: Version): number {
  for (const index of [0, 1, 2] as const) {
    if (a.parts[index] !== b.parts[index]) return a.parts[index] - b.parts[index]
  }
  if (a.prerelease === b.prerelease) return 0
  if (a.prerelease === '') return 1
  if (b.prerelease === '') return -1
  return a.prerelease < b.prerelease ? -1 : 1
}

/** Whether a version satisfies a constraint. */
export type Constraint = (version: Version) => boolean

/** Reads a constraint such as `>= 1.10, < 2.0`, `~> 1.11`, `1.11.4` or `latest`; `undefined` when it is not valid. */
export function parseConstraint(text: string): Constraint | undefined {
  if (text.trim() === 'latest') return ({ prerelease }) => prerelease === ''
  const tests = text.split(',').map(parseTerm)
  if (tests.some((test) => test === undefined)) return undefined
  return (version) => tests.every((test) => test?.(version))
}

function parseTerm(text: string): Constraint | undefined {
  const match = /^\s*(=|!=|>=|<=|>|<|~>)?\s*(\S+)\s*$/.exec(text)
  const [, operator = '=', number = ''] = match ?? []
  const wanted = parseVersion(number)
  if (wanted === undefined) return undefined
  const compare = (version: Version) => compareVersions(version, wanted)
  // A prerelease satisfies only `=` with that very prerelease.
  const released =
    (test: Constraint): Constraint =>
    (version) =>
      version.prerelease === '' && test(version)
  switch (operator) {
    case '=':
      return (version) => compare(version) === 0
    case '!=':
      return released((version) => compare(version) !== 0)
    case '>=':
      return released((version) => compare(version) >= 0)
    case '<=':
      return released((version) => compare(version) <= 0)
    case '>':
      return released((version) => compare(version) > 0)
    case '<':
      return released((version) => compare(version) < 0)
    default: {
      // Only the last part that is written may increase.
      const fixed = Math.max(1, number.replace(/-.*/, '').split('.').length - 1)
      return released(
        (version) =>
          compare(version) >= 0 && wanted.parts.slice(0, fixed).every((part, index) => part === version.parts[index]),
      )
    }
  }
}

/** The newest of these versions that satisfies a constraint; `undefined` when none does. */
export function newestOf(versions: readonly string[], allows: Constraint): string | undefined {
  let newest: { readonly text: string; readonly version: Version } | undefined
  for (const text of versions) {
    const version = parseVersion(text)
    if (version === undefined || !allows(version)) continue
    if (newest === undefined || compareVersions(version, newest.version) > 0) newest = { text, version }
  }
  return newest?.text
}
