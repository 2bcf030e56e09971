import { type Path, pathText } from './json-values.ts'
import type { Plan, ResourceChangeJson, ValueChange } from './plan-json.ts'
import { type AttributeDiff, diffValues } from './value-diff.ts'

/** What happens to a resource, most severe first. */
export const KINDS = ['delete', 'replace', 'forget', 'create', 'update', 'import', 'move', 'read'] as const
export type ChangeKind = (typeof KINDS)[number]

/** One resource that a plan changes. */
export interface ResourceChange {
  readonly address: string
  readonly type: string
  readonly kind: ChangeKind
  readonly previousAddress: string | undefined
  /** Terraform's reason, such as `replace_because_tainted`. */
  readonly reason: string | undefined
  /** The attributes that force a replacement. */
  readonly forcedBy: readonly Path[]
  readonly deposed: string | undefined
  readonly resource: ResourceChangeJson
}

/** The changes of a plan: by kind, most severe first, then by address. */
export const changesOf = (plan: Plan): readonly ResourceChange[] =>
  sorted((plan.resource_changes ?? []).flatMap(changeOf))

/** Resources that were changed outside Terraform. */
export const driftOf = (plan: Plan): readonly ResourceChange[] => sorted((plan.resource_drift ?? []).flatMap(changeOf))

export interface OutputChange {
  readonly name: string
  readonly change: ValueChange
}

export const outputChangesOf = (plan: Plan): readonly OutputChange[] =>
  Object.entries(plan.output_changes ?? {})
    .filter(([, { actions }]) => !actions.every((action) => action === 'no-op'))
    .map(([name, change]) => ({ name, change }))

/** The attributes of a change, leaf by leaf. Computed on demand: a plan may have a great many. */
export const attributesOf = (
  { change }: { readonly change: ValueChange },
  isSecret?: (text: string) => boolean,
): Generator<AttributeDiff> =>
  diffValues(
    {
      before: change.before,
      after: change.after,
      unknown: change.after_unknown,
      beforeSensitive: change.before_sensitive,
      afterSensitive: change.after_sensitive,
    },
    [],
    isSecret,
  )

/** The change without its marks of sensitive values: for checks that compare those too, and show none. */
export function unmarked({ change }: Pick<ResourceChangeJson, 'change'>): { readonly change: ValueChange } {
  const { before_sensitive: _, after_sensitive: __, ...rest } = change
  return { change: rest }
}

/** How many changes there are of each kind. */
export type KindCounts = Readonly<Record<ChangeKind, number>>

export const countKinds = (changes: readonly ResourceChange[]): KindCounts =>
  Object.fromEntries(KINDS.map((kind) => [kind, changes.filter((change) => change.kind === kind).length])) as KindCounts

/** The changes as JSON for later steps: address, action and reason; no values. */
export const changesAsData = (changes: readonly ResourceChange[]) =>
  changes.map(({ address, type, kind, previousAddress, reason, forcedBy }) => ({
    address,
    type,
    action: kind,
    ...(previousAddress === undefined ? {} : { previousAddress }),
    ...(reason === undefined ? {} : { reason }),
    ...(forcedBy.length === 0 ? {} : { forcedBy: forcedBy.map(pathText) }),
  }))

function changeOf(resource: ResourceChangeJson): readonly ResourceChange[] {
  const kind = kindOf(resource)
  if (kind === undefined) return []
  const { address, type, previous_address, action_reason, deposed, change } = resource
  return [
    {
      address,
      type,
      kind,
      previousAddress: previous_address,
      reason: action_reason,
      forcedBy: change.replace_paths ?? [],
      deposed,
      resource,
    },
  ]
}

function kindOf({ change, previous_address }: ResourceChangeJson): ChangeKind | undefined {
  const does = (action: string) => change.actions.some((each) => each === action)
  // A replacement has a `delete` in either order, or a `forget` where the old resource is kept.
  if (does('create') && (does('delete') || does('forget'))) return 'replace'
  for (const kind of ['delete', 'forget', 'create', 'update', 'read'] as const) if (does(kind)) return kind
  if (change.importing !== undefined) return 'import'
  return previous_address === undefined ? undefined : 'move'
}

const RANK = new Map(KINDS.map((kind, rank) => [kind, rank]))

const sorted = (changes: readonly ResourceChange[]): readonly ResourceChange[] =>
  [...changes].sort(
    (a, b) =>
      (RANK.get(a.kind) ?? 0) - (RANK.get(b.kind) ?? 0) || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0),
  )
