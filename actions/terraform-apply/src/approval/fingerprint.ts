import { createHmac } from 'node:crypto'
import { attributesOf, changesOf, outputChangesOf, type ResourceChange, unmarked } from '../plan-json/changes.ts'
import { expressionsOf } from '../plan-json/expressions.ts'
import { isContainer, isUnder, keysOf, member, type Path, pathText } from '../plan-json/json-values.ts'
import type { Plan, ResourceChangeJson } from '../plan-json/plan-json.ts'

/**
 * The approval of one change. Digests are keyed, as a plain hash would let secrets be guessed. They leave out values that are
 * unknown when the plan is made, as these become known once a part of the plan has been applied.
 */
export interface Entry {
  readonly address: string
  /** Terraform's actions in order, such as `delete,create`; `output` for an output. */
  readonly actions: string
  readonly reason?: string
  readonly from?: string
  readonly deposed?: boolean
  /** Paths whose values are known only after the apply. */
  readonly unknown?: readonly Path[]
  /** Digest of the expressions in the configuration; only where a value is unknown, which has no digest itself. */
  readonly written?: string
  /** Paths that force a replacement. */
  readonly forcedBy?: readonly string[]
  /** Digest of the values after the change; for an update also of those before it. */
  readonly digest: string
}

/** A digest of a JSON value. */
export type Digest = (value: unknown) => string

/** The first 128 bits of an HMAC-SHA256 over canonical JSON, in base64url. */
export const keyedDigest =
  (key: string): Digest =>
  (value) =>
    createHmac('sha256', key).update(canonicalJson(value)).digest().subarray(0, 16).toString('base64url')

/** The entries of a plan, sorted by address. They include reads, as unknown values may come from those. */
export function entriesOf(plan: Plan, digest: Digest): readonly Entry[] {
  const resources = changesOf(plan).map((change) => resourceEntry(change, plan, digest))
  const outputs = outputChangesOf(plan).map(({ name, change }): Entry => {
    const unknown = unknownPaths(change.after_unknown)
    return {
      address: `output.${name}`,
      actions: 'output',
      ...(unknown.length === 0 ? {} : { unknown, written: digest(outputExpression(plan, name)) }),
      digest: digest(without(change.after, unknown)),
    }
  })
  return [...resources, ...outputs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ address, deposed }: Entry) => `${address} ${deposed ?? ''}`

const outputExpression = ({ configuration }: Plan, name: string): unknown =>
  configuration?.root_module?.outputs?.[name]?.expression

/** Digest of the expressions for an entry in the current configuration. */
export const writtenNow = (
  plan: Plan,
  { address }: Entry,
  resource: ResourceChangeJson | undefined,
  digest: Digest,
): string =>
  digest(
    resource === undefined ? outputExpression(plan, address.replace('output.', '')) : expressionsOf(plan, resource),
  )

function resourceEntry(change: ResourceChange, plan: Plan, digest: Digest): Entry {
  const { address, reason, previousAddress, deposed, forcedBy, resource } = change
  const unknown = unknownPaths(resource.change.after_unknown)
  return {
    address,
    actions: resource.change.actions.join(),
    ...(reason === undefined ? {} : { reason }),
    ...(previousAddress === undefined ? {} : { from: previousAddress }),
    ...(deposed === undefined ? {} : { deposed: true }),
    ...(unknown.length === 0 ? {} : { unknown, written: digest(expressionsOf(plan, resource)) }),
    ...(forcedBy.length === 0 ? {} : { forcedBy: forcedBy.map(pathText) }),
    digest: digestOfValues(resource, unknown, digest),
  }
}

/** The digest of a change's values, without the paths that were `unknown` when it was approved. */
export function digestOfValues(resource: ResourceChangeJson, unknown: readonly Path[], digest: Digest): string {
  const { actions, before, after, importing } = resource.change
  if (!actions.includes('update')) {
    // A replacement creates the whole resource, also when its destroy has been applied already.
    return digest([without(after, unknown), importing?.id])
  }
  // Only the attributes that an update changes: computed ones may differ from one refresh to the next.
  const paths = changedPaths(resource).filter((path) => !unknown.some((hidden) => isUnder(path, hidden)))
  return digest([paths.map((path) => [path, at(before, path), at(after, path)]), importing?.id])
}

/** The path of every leaf that changes, in sensitive values too: otherwise a secret could change without a new approval. */
const changedPaths = (resource: ResourceChangeJson): readonly Path[] =>
  [...attributesOf(unmarked(resource))].map(({ path }) => path)

/** JSON with sorted keys: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`
  if (!isContainer(value)) return JSON.stringify(value ?? null)
  const members = keysOf(value).filter((key) => member(value, key) !== undefined)
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalJson(member(value, key))}`).join()}}`
}

function unknownPaths(marks: unknown, path: Path = []): readonly Path[] {
  if (marks === true) return [path]
  if (!isContainer(marks)) return []
  return keysOf(marks).flatMap((key) => unknownPaths(member(marks, key), [...path, key]))
}

const at = (value: unknown, path: Path): unknown => path.reduce<unknown>((inner, step) => member(inner, step), value)

/** The value without the members at these paths. */
export function without(value: unknown, paths: readonly Path[]): unknown {
  if (paths.some((path) => path.length === 0)) return null
  if (!isContainer(value) || paths.length === 0) return value
  const below = (key: string | number) => paths.filter(([first]) => first === key).map((path) => path.slice(1))
  const kept = keysOf(value).map((key) => [key, without(member(value, key), below(key))] as const)
  if (Array.isArray(value)) return kept.map(([, inner]) => inner)
  return Object.fromEntries(kept.filter(([key]) => !below(key).some((path) => path.length === 0)))
}
