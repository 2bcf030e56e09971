// Terraform's values are JSON, beside maps of the same shape ("marks") that say what is unknown and what is sensitive.

export type Path = readonly (string | number)[]

/** A path as Terraform writes it: `container[0].image`, `tags["a.b"]`. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, '')

/** Whether `path` is at or below `upper`. */
export const isUnder = (path: Path, upper: Path): boolean => upper.every((step, index) => path[index] === step)

/** Whether two values of JSON are equal; null and absent are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if ((a ?? null) === (b ?? null)) return true
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && a.length !== (b as unknown as unknown[]).length) return false
  return keysOf(a, b).every((key) => sameValue(member(a, key), member(b, key)))
}

export const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The member of an object or the element of a list; `undefined` where there is none. A mark of `true` is true for all below. */
export function member(value: unknown, key: string | number): unknown {
  if (value === true) return true
  // Own members only: a tag may be called `constructor`.
  return isContainer(value) && Object.hasOwn(value, key) ? value[key as string] : undefined
}

/** The keys of all containers together: indexes when one of them is a list, else sorted names. */
export function keysOf(...values: readonly unknown[]): readonly (string | number)[] {
  const containers = values.filter(isContainer)
  if (containers.some(Array.isArray)) {
    const length = Math.max(...containers.map((value) => (value as unknown as unknown[]).length))
    return Array.from({ length }, (_, index) => index)
  }
  return [...new Set(containers.flatMap((value) => Object.keys(value)))].sort()
}

/** Whether a map of marks marks anything. */
export const isMarked = (marks: unknown): boolean =>
  marks === true || (isContainer(marks) && Object.values(marks).some(isMarked))
