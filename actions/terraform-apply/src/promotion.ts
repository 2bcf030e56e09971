// Stage and prod are the same modules: where their plans differ in more than keys, sizes and counts, prod gets something
// that stage never had. The view holds no values that are sensitive, and knows those of the other side by what they share.
import * as z from 'zod/mini'
import { SlipwayError } from '../../../toolkit/errors.ts'
import type { Plan } from './plan-json.ts'
import { HIDDEN } from './sensitive.ts'
import { diffValues, isContainer, isMarked, keysOf, member, type Path, pathText, type Shown } from './values.ts'

const planned = z.object({
  environment: z.string(),
  resources: z.record(z.string(), z.unknown()),
})

/** What an environment is to be after its plan: each resource by its address, without indexes. */
export type Planned = z.infer<typeof planned>

/** One way in which an environment differs from the one it is promoted from. */
export interface PromotionDifference {
  readonly address: string
  readonly path: string
  readonly here: string
  readonly there: string
}

/** What a plan leads to, for comparison with another environment. Sensitive values are left out. */
export function plannedOf(plan: Plan, environment: string): Planned {
  const resources = (plan.resource_changes ?? []).filter(
    ({ mode, change }) => mode === 'managed' && isContainer(change.after),
  )
  const entries = resources.map(({ address, change }) => [
    withoutIndexes(address),
    shownValues(change.after, change.after_sensitive, change.after_unknown),
  ])
  return { environment, resources: Object.fromEntries(entries) }
}

/** @throws SlipwayError when the text is not what `plannedOf` made. */
export function parsePlanned(text: string, where: string): Planned {
  try {
    return z.parse(planned, JSON.parse(text))
  } catch (cause) {
    throw new SlipwayError(`${where} is not a plan of another environment.`, {
      hint: 'Pass the file that the output `planned-file` of its plan names.',
      cause,
    })
  }
}

/** Where two environments differ beyond keys, sizes and counts, which are meant to. */
export function comparePlanned(here: Planned, there: Planned): readonly PromotionDifference[] {
  const addresses = [...new Set([...Object.keys(here.resources), ...Object.keys(there.resources)])].sort()
  return addresses.flatMap((address) => {
    const [mine, theirs] = [here.resources[address], there.resources[address]]
    if (mine === undefined) return [{ address, path: '', here: 'not there', there: 'there' }]
    if (theirs === undefined) return [{ address, path: '', here: 'there', there: 'not there' }]
    return differences(neutral(theirs, there.environment), neutral(mine, here.environment)).map(([path, was, is]) => ({
      address,
      path,
      here: is,
      there: was,
    }))
  })
}

function differences(there: unknown, here: unknown): readonly (readonly [path: string, there: string, here: string])[] {
  const none = { unknown: undefined, beforeSensitive: undefined, afterSensitive: undefined }
  return [...diffValues({ before: there, after: here, ...none })]
    .filter(({ path, before, after }) => !isMeantToDiffer(path) && !isOpen(before) && !isOpen(after))
    .map(({ path, before, after }) => [pathText(path), shown(before), shown(after)])
}

const isOpen = (side: Shown): boolean => side.kind === 'value' && side.value === UNKNOWN

const shown = (side: Shown): string => (side.kind === 'value' ? JSON.stringify(side.value) : 'not set')

/** Names of attributes that say how much and how many, or that name one thing among others. */
const MEANT_TO_DIFFER =
  /(^|_)(id|ids|arn|arns|name|name_prefix|key|bucket|cidr_block|cidr_blocks|domain|domain_name|zone_id|fqdn|size|count|capacity|cpu|memory|min|max|instance_class|instance_type|node_type|allocated_storage|replicas|number|delay|retention_in_days|retention_period|weight|timeout|tags_all)$/

const isMeantToDiffer = (path: Path) =>
  path.some((step) => typeof step === 'string' && MEANT_TO_DIFFER.test(step)) || path[0] === 'tags'

/** The value without the environment's own name and account, so that `web-stage` and `web-prod` are the same. */
function neutral(value: unknown, environment: string): unknown {
  if (typeof value === 'string') {
    const named = environment === '' ? value : value.replaceAll(environment, '<environment>')
    return named.replace(/\b\d{12}\b/g, '<account>')
  }
  if (Array.isArray(value)) return value.map((each) => neutral(each, environment))
  if (!isContainer(value)) return value
  return Object.fromEntries(keysOf(value).map((key) => [key, neutral(member(value, key), environment)]))
}

/** `module.web["stage"].aws_x.y[2]` is the same resource as `module.web.aws_x.y` of another environment. */
const withoutIndexes = (address: string) => address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '')

/** What is not known before the apply; it may become anything. */
const UNKNOWN = '<known after apply>'

function shownValues(value: unknown, sensitive: unknown, unknown: unknown): unknown {
  if (unknown === true) return UNKNOWN
  if (sensitive === true) return HIDDEN
  if (!isMarked(sensitive) && !isMarked(unknown)) return value
  const inner = (key: string | number) => shownValues(member(value, key), member(sensitive, key), member(unknown, key))
  const keys = keysOf(value, unknown)
  return Array.isArray(value) ? keys.map(inner) : Object.fromEntries(keys.map((key) => [key, inner(key)]))
}
