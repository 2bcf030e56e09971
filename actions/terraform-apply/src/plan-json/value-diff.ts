// Terraform's values are JSON, beside maps of the same shape that say what is unknown and what is sensitive.

export type Path = readonly (string | number)[]

export type Shown =
  | { readonly kind: 'absent' | 'unknown' | 'sensitive' }
  | { readonly kind: 'value'; readonly value: unknown }

/** One attribute that changes, down to its leaf. */
export interface AttributeDiff {
  readonly path: Path
  readonly before: Shown
  readonly after: Shown
}

/** The two sides of a value, with their marks. */
export interface Sides {
  readonly before: unknown
  readonly after: unknown
  readonly unknown: unknown
  readonly beforeSensitive: unknown
  readonly afterSensitive: unknown
}

/**
 * Every leaf that differs, in the order of its path. A sensitive part is told as one, and never looked into; nor is a text
 * that `isSecret` knows, which nothing need have marked.
 */
export function* diffValues(
  sides: Sides,
  path: Path = [],
  isSecret: (text: string) => boolean = () => false,
): Generator<AttributeDiff> {
  const { before, after, unknown, beforeSensitive, afterSensitive } = sides
  if (unknown === true) {
    yield { path, before: shown(before, beforeSensitive), after: { kind: 'unknown' } }
  } else if (beforeSensitive === true || afterSensitive === true) {
    if (!sameValue(before, after) || isMarked(unknown)) {
      yield { path, before: shown(before, true), after: shown(after, true) }
    }
  } else if (canBeWalked(before, after) || isMarked(unknown)) {
    // Null and an empty list or map come to the same here: providers turn the one into the other as they please.
    for (const key of keysOf(before, after, unknown)) {
      const inner = {
        before: member(before, key),
        after: member(after, key),
        unknown: member(unknown, key),
        beforeSensitive: member(beforeSensitive, key),
        afterSensitive: member(afterSensitive, key),
      }
      yield* diffValues(inner, [...path, key], isSecret)
    }
  } else if (isContainer(before) || isContainer(after)) {
    yield { path, before: shown(before, beforeSensitive), after: shown(after, afterSensitive) }
  } else if ((before ?? null) !== (after ?? null)) {
    const texts = [before, after].map((side) => parsedContainer(side, isSecret))
    // A document in a text, such as a policy, is compared by what it says.
    if (texts[0] !== undefined && texts[1] !== undefined) {
      yield* diffValues({ ...sides, before: texts[0], after: texts[1] }, path, isSecret)
    } else yield { path, before: shown(before, false), after: shown(after, false) }
  }
}

/** Whether two sides have members to compare: both are lists or both are objects, or there is nothing on the other side. */
function canBeWalked(before: unknown, after: unknown): boolean {
  const [one, other] = [before ?? undefined, after ?? undefined]
  if (one === undefined || other === undefined) return isContainer(one) || isContainer(other)
  return isContainer(one) && isContainer(other) && Array.isArray(one) === Array.isArray(other)
}

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

/** The member of an object or the element of a list; `undefined` where there is none. A mark of `true` goes for all below. */
export function member(value: unknown, key: string | number): unknown {
  if (value === true) return true
  // Its own only: `constructor` is a fine name for a tag.
  return isContainer(value) && Object.hasOwn(value, key) ? value[key as string] : undefined
}

/** Keys of all containers together: numbers when they are lists. */
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

function shown(value: unknown, sensitive: unknown): Shown {
  if (value === null || value === undefined) return { kind: 'absent' }
  if (isMarked(sensitive)) return { kind: 'sensitive' }
  return { kind: 'value', value }
}

function parsedContainer(value: unknown, isSecret: (text: string) => boolean): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || isSecret(value)) return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
