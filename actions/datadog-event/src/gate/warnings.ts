import type { GateInputs } from '../inputs/gate-inputs.ts'
import { editedSince, type Lost, priorityNames } from '../monitors/coverage.ts'
import { listed } from '../monitors/gate-result.ts'
import type { Watched } from './watch.ts'

/** What the verdict does not say: monitors that do not count, were not judged, or not to the end. */
export function warningsOf(
  { result, progress, last, lost }: Watched,
  { policy, baseline }: GateInputs,
): readonly string[] {
  const edited = last === undefined ? [] : editedSince(baseline, last)
  const low = progress.worseGroups.filter(({ ignoredAs }) => ignoredAs === 'priority')
  return [
    ...(low.length === 0
      ? []
      : [`Reported only, as \`monitor-priorities\` is ${priorityNames(policy)}: ${listed(low)}.`]),
    ...(result.unknownBecause === 'no-monitors' ? [] : progress.gaps.map(({ reason }) => `Not judged: ${reason}`)),
    ...(lost.length === 0 ? [] : [`Not judged to the end: ${lostInWords(lost)}.`]),
    ...(edited.length === 0 ? [] : [`Edited since the baseline, and judged as they are now: ${named(edited)}.`]),
  ]
}

/** The first ten names, and how many more. */
export const named = (names: readonly string[]) =>
  names
    .slice(0, 10)
    .map((name) => `“${name}”`)
    .join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '')

function lostInWords(lost: readonly Lost[]): string {
  const shown = lost.slice(0, 5).map(({ name, why }) => `“${name}” is ${why}`)
  return shown.join('; ') + (lost.length > shown.length ? `; and ${lost.length - shown.length} more` : '')
}
