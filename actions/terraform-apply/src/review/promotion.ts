// Environments such as stage and prod share their modules. Where their plans differ in more than keys, sizes and counts, prod would
// get something that was never tried in stage. The file for the comparison holds no sensitive values.

import * as z from 'zod/mini'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'
import { isContainer, isMarked, keysOf, member, type Path, pathText } from '../plan-json/json-values.ts'
import type { Plan } from '../plan-json/plan-json.ts'
import { HIDDEN } from '../plan-json/sensitive-values.ts'
import { diffValues, type Shown } from '../plan-json/value-diff.ts'

const planned = z.object({
  environment: z.string(),
  resources: z.record(z.string(), z.unknown()),
})

/** An environment after its plan is applied: the values of each resource instance by address. */
export type Planned = z.infer<typeof planned>

/** One difference between an environment and the one that it is promoted from. */
export interface PromotionDifference {
  readonly address: string
  readonly path: string
  readonly here: string
  readonly there: string
}

/** The result of a plan, to compare it with another environment. Sensitive values are left out. */
export function plannedOf(plan: Plan, environment: string): Planned {
  const resources = (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === 'managed' && isContainer(change.after),
  )
  const entries = resources.map(({ address, change }) => [
    address,
    shownValues(change.after, change.after_sensitive, change.after_unknown),
  ])
  return { environment, resources: Object.fromEntries(entries) }
}

/** Reads a file that another plan wrote; `where` names it in errors. @throws SlipwayError when it is something else. */
export function parsePlanned(text: string, where: string): Planned {
  try {
    return z.parse(planned, parseJson(text, where))
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new SlipwayError(`${where} is not the planned file of another environment.`, {
      hint: 'Pass the file that the output `planned-file` of its plan names.',
      cause,
    })
  }
}

/** The differences between two environments, except in keys, sizes and counts. */
export function comparePlanned(here: Planned, there: Planned): readonly PromotionDifference[] {
  const [ours, theirs] = [instancesOf(here), instancesOf(there)]
  const addresses = [...new Set([...ours.keys(), ...theirs.keys()])].sort()
  return addresses.flatMap((address) => {
    const [mine, others] = [ours.get(address), theirs.get(address)]
    if (mine === undefined) return [{ address, path: '', here: 'not there', there: 'there' }]
    if (others === undefined) return [{ address, path: '', here: 'there', there: 'not there' }]
    return distinct(mine.flatMap((instance) => unlikeAny(instance, others)))
  })
}

/** An instance of a resource: one of those by `count` or `for_each`, or the only one. */
interface Instance {
  /** Without the index of `count`, which identifies nothing. */
  readonly address: string
  /** The keys of `for_each` in its address. */
  readonly keys: string
  readonly value: unknown
}

/** The instances by resource: `module.web["stage"].aws_x.y[2]` is one of `module.web.aws_x.y`. */
function instancesOf({ environment, resources }: Planned): ReadonlyMap<string, readonly Instance[]> {
  const instances = Object.entries(resources).map(([address, value]) => ({
    address: address.replace(COUNT_INDEX, ''),
    keys: neutralText(address.match(KEY_INDEX)?.join('') ?? '', environment),
    value: neutral(value, environment),
  }))
  return Map.groupBy(instances, ({ address }) => address.replace(KEY_INDEX, ''))
}

const COUNT_INDEX = /\[\d+\](?=\.|$)/g
const KEY_INDEX = /\["(?:[^"\\]|\\.)*"\]/g

/** The differences between an instance and the one with the same key there; if that is not exactly one, the most similar one. */
function unlikeAny({ address, keys, value }: Instance, others: readonly Instance[]): readonly PromotionDifference[] {
  const same = others.filter((other) => other.keys === keys)
  let fewest: ReturnType<typeof differences> | undefined
  for (const other of same.length > 0 ? same : others) {
    const found = differences(other.value, value)
    if (fewest === undefined || found.length < fewest.length) fewest = found
    if (found.length === 0) break
  }
  return (fewest ?? []).map(([path, there, here]) => ({ address, path, here, there }))
}

const distinct = (found: readonly PromotionDifference[]): readonly PromotionDifference[] => [
  ...new Map(found.map((difference) => [JSON.stringify(difference), difference])).values(),
]

function differences(there: unknown, here: unknown): readonly (readonly [path: string, there: string, here: string])[] {
  const none = { unknown: undefined, beforeSensitive: undefined, afterSensitive: undefined }
  return [...diffValues({ before: there, after: here, ...none })]
    .filter(({ path, before, after }) => !isMeantToDiffer(path) && !isOpen(before) && !isOpen(after))
    .map(({ path, before, after }) => [pathText(path), shown(before), shown(after)])
}

const isOpen = (side: Shown): boolean => side.kind === 'value' && side.value === UNKNOWN

const shown = (side: Shown): string => (side.kind === 'value' ? JSON.stringify(side.value) : 'not set')

/** Attributes that identify the resource itself. References are compared: the ARN of a policy says what is allowed. */
const OWN_KEYS = new Set('id arn name name_prefix key bucket domain domain_name dns_name fqdn create_date'.split(' '))

/** Names of attributes with sizes and counts. */
const AMOUNT =
  /(^|_)(size|count|capacity|cpu|memory|min|max|instance_class|instance_type|node_type|allocated_storage|replicas|retention_in_days|retention_period|delay)$/

function isMeantToDiffer(path: Path): boolean {
  const [first, ...below] = path
  if (first === 'tags' || first === 'tags_all') return true
  return (below.length === 0 && OWN_KEYS.has(String(first))) || AMOUNT.test(String(path.at(-1)))
}

/** Names of ids. Ids differ in each environment, so only their presence is compared. The id of an image does not differ. */
const ID = /(^|_)(?<!image_)ids?$/

/** The value without names of the environment, so that `web-stage` and `web-prod` are equal. */
function neutral(value: unknown, environment: string, name = ''): unknown {
  if (value === UNKNOWN) return value
  if (typeof value === 'string') return value !== '' && ID.test(name) ? '<id>' : neutralText(value, environment)
  if (Array.isArray(value)) return onceEach(value.map((each) => neutral(each, environment, name)))
  if (!isContainer(value)) return value
  return Object.fromEntries(keysOf(value).map((key) => [key, neutral(member(value, key), environment, String(key))]))
}

/** Removes duplicates: the number of ids is a count. Unknown values stay, as they may become different ones. */
const onceEach = (list: readonly unknown[]): readonly unknown[] =>
  list.filter((each, index) => each === UNKNOWN || list.indexOf(each) === index)

/** Parts that differ in each account with the same configuration: generated ids, account ids, private networks. */
const GENERATED: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>'],
  [/(?<!\bami)-[0-9a-f]{17}\b/g, '-<id>'],
  // With the name before it, as in the ARN of a load balancer: that is often generated too.
  [/\/[^/"\s]+(\/[0-9a-f]{16})+\b/g, '/<id>'],
  [/(:secret:[^:"\s]+)-\w{6}\b/g, '$1-<id>'],
  [/\b\d{12}\b/g, '<account>'],
  [/\b(10(\.\d+){3}|172\.(1[6-9]|2\d|3[01])(\.\d+){2}|192\.168(\.\d+){2})\/(?=\d)/g, '<private>/'],
]

function neutralText(text: string, environment: string): string {
  const named = environment === '' ? text : text.replaceAll(environment, '<environment>')
  return GENERATED.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), named)
}

/** Stands for a value that is known only after the apply. */
const UNKNOWN = '<known after apply>'

function shownValues(value: unknown, sensitive: unknown, unknown: unknown): unknown {
  if (unknown === true) return UNKNOWN
  if (sensitive === true) return HIDDEN
  if (!isMarked(sensitive) && !isMarked(unknown)) return value
  const inner = (key: string | number) => shownValues(member(value, key), member(sensitive, key), member(unknown, key))
  const keys = keysOf(value, unknown)
  return Array.isArray(value) ? keys.map(inner) : Object.fromEntries(keys.map((key) => [key, inner(key)]))
}
