import { parseJson } from '../../../../toolkit/text/json.ts'
import { isContainer, isMarked, keysOf, member, type Path, sameValue } from './json-values.ts'

/** One side of a difference. */
export type Shown =
  | { readonly kind: 'absent' | 'unknown' | 'sensitive' }
  | { readonly kind: 'value'; readonly value: unknown }

/** One attribute that changes, down to its leaf. */
export interface AttributeDiff {
  readonly path: Path
  readonly before: Shown
  readonly after: Shown
}

/** A value before and after, with its marks. */
export interface Sides {
  readonly before: unknown
  readonly after: unknown
  readonly unknown: unknown
  readonly beforeSensitive: unknown
  readonly afterSensitive: unknown
}

/**
 * Every leaf that differs, in the order of its path. A sensitive part is one difference, and its members are not shown. The same
 * goes for a text that `isSecret` recognizes, as providers do not mark every secret.
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
    // Null and an empty list or map count as equal: providers convert one to the other.
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
    // A JSON document in a string, such as a policy, is compared member by member.
    if (texts[0] !== undefined && texts[1] !== undefined) {
      yield* diffValues({ ...sides, before: texts[0], after: texts[1] }, path, isSecret)
    } else yield { path, before: shown(before, false), after: shown(after, false) }
  }
}

/** Whether two sides have members to compare: both are lists, or both are objects, or one side is absent. */
function canBeWalked(before: unknown, after: unknown): boolean {
  const [one, other] = [before ?? undefined, after ?? undefined]
  if (one === undefined || other === undefined) return isContainer(one) || isContainer(other)
  return isContainer(one) && isContainer(other) && Array.isArray(one) === Array.isArray(other)
}

function shown(value: unknown, sensitive: unknown): Shown {
  if (value === null || value === undefined) return { kind: 'absent' }
  if (isMarked(sensitive)) return { kind: 'sensitive' }
  return { kind: 'value', value }
}

function parsedContainer(value: unknown, isSecret: (text: string) => boolean): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || isSecret(value)) return undefined
  try {
    return parseJson(value, 'The value')
  } catch {
    return undefined
  }
}
