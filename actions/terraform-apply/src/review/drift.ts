import { attributesOf, type ResourceChange } from '../plan-json/changes.ts'
import { isUnder, type Path } from '../plan-json/json-values.ts'
import { diffValues, type Shown } from '../plan-json/value-diff.ts'

/** The differences between the infrastructure and the configuration, by their cause. */
export interface Drift {
  /** Changed outside Terraform. */
  readonly outside: readonly ResourceChange[]
  /** In the configuration, and not applied yet. */
  readonly pending: readonly ResourceChange[]
}

/**
 * Separates drift from pending changes. A change that only reverts drift is not pending; drift that shows no attribute is not drift.
 */
export function classifyDrift(changes: readonly ResourceChange[], drifted: readonly ResourceChange[]): Drift {
  const outside = drifted.filter(({ kind, resource }) => kind !== 'update' || !attributesOf(resource).next().done)
  const byAddress = new Map(outside.map((change) => [change.address, change]))
  const pending = changes.filter((change) => {
    const drift = byAddress.get(change.address)
    return change.kind !== 'read' && (drift === undefined || !reverts(change, drift))
  })
  return { outside, pending }
}

/** Whether a change restores what was there before the drift, and does nothing else. */
function reverts(change: ResourceChange, drift: ResourceChange): boolean {
  const unlike = unlikeBefore(change, drift)
  if (drift.kind === 'delete') return change.kind === 'create' && unlike.length === 0
  // A difference that the change leaves as it is, such as in a computed attribute, does not count.
  const changed = [...attributesOf(change.resource)].map(({ path }) => path)
  return !unlike.some((path) => changed.some((other) => isUnder(path, other) || isUnder(other, path)))
}

/** Paths where the result of a change differs from the value before the drift. Unknown values may turn out the same. */
function unlikeBefore(
  { resource: { change } }: ResourceChange,
  { resource: { change: drift } }: ResourceChange,
): readonly Path[] {
  const differences = diffValues({
    before: drift.before,
    after: change.after,
    unknown: change.after_unknown,
    beforeSensitive: drift.before_sensitive,
    afterSensitive: change.after_sensitive,
  })
  return [...differences]
    .filter(({ before, after }) => after.kind !== 'unknown' && !(isUnset(before) && isUnset(after)))
    .map(({ path }) => path)
}

/** Providers store an empty text, `false` or 0 where the configuration sets nothing. */
const isUnset = (side: Shown): boolean => side.kind === 'absent' || (side.kind === 'value' && !side.value)
