import { SlipwayError } from '../../../../toolkit/errors.ts'
import { counted } from '../../../../toolkit/text/counted.ts'
import { wildcard } from '../../../../toolkit/text/wildcard.ts'
import type { GuardRails } from '../inputs/inputs.ts'
import { attributesOf, type ResourceChange, unmarked } from '../plan-json/changes.ts'
import { isContainer, member, type Path, pathText } from '../plan-json/json-values.ts'

/** A change that the guard rails stop. */
export interface Breach {
  readonly address: string
  readonly problem: string
}

/** Attributes that protect a resource from deletion, and the value that protects it. */
const PROTECTIONS: Readonly<Record<string, boolean>> = {
  deletion_protection: true,
  deletion_protection_enabled: true,
  enable_deletion_protection: true,
  disable_api_termination: true,
  disable_api_stop: true,
  force_destroy: false,
  force_delete: false,
  skip_final_snapshot: false,
}

/** Attributes that set a number of instances; at 0 nothing runs. */
const COUNTS = new Set([
  'desired_count',
  'desired_capacity',
  'desired_size',
  'max_capacity',
  'max_size',
  'instance_count',
])

/** The changes that the guard rails stop. A protected resource may be neither destroyed nor replaced. */
export function breachesOf(changes: readonly ResourceChange[], rails: GuardRails): readonly Breach[] {
  const watched = changes.filter(({ address }) => !matchesAny(address, rails.lifted))
  return [...protectedLosses(watched, rails), ...tooManyDestroys(watched, rails), ...watched.flatMap(weakened)]
}

/** @throws SlipwayError with the list of breaches, if there are any. */
export function enforce(breaches: readonly Breach[]): void {
  if (breaches.length === 0) return
  const list = breaches.map(({ address, problem }) => `  ${address}: ${problem}`).join('\n')
  throw new SlipwayError(`The guard rails stop this plan:\n${list}`, {
    hint: 'Nothing was changed. If this is intended, list the addresses in the input `allow-destructive`, one on each line (`*` stands for any text).',
  })
}

const destroys = ({ kind }: ResourceChange) => kind === 'delete' || kind === 'replace'

function protectedLosses(changes: readonly ResourceChange[], rails: GuardRails): readonly Breach[] {
  return changes.flatMap((change) => {
    const { address, previousAddress = address, type, kind } = change
    const isProtected = [address, previousAddress].some((each) => matchesAny(each, rails.protectedAddresses))
    const why = isProtected
      ? 'its address is protected'
      : matchesAny(type, rails.protectedTypes)
        ? `${type} is a protected type`
        : undefined
    if (why === undefined) return []
    if (destroys(change) || kind === 'forget') return [{ address, problem: `would be ${PAST[kind]}, and ${why}` }]
    const vanished = kind === 'update' ? vanishedBlocks(change) : []
    return vanished.map((block) => ({ address, problem: `would lose ${block}, and ${why}` }))
  })
}

const PAST: Readonly<Record<string, string>> = {
  delete: 'destroyed',
  replace: 'replaced',
  forget: 'forgotten',
}

function tooManyDestroys(changes: readonly ResourceChange[], { maxDestroys }: GuardRails): readonly Breach[] {
  const lost = changes.filter(destroys)
  if (maxDestroys === undefined || lost.length <= maxDestroys) return []
  return lost.map(({ address, kind }, index) => ({
    address,
    problem: `would be ${PAST[kind]}, number ${index + 1} of ${lost.length} where \`max-destroys\` is ${maxDestroys}`,
  }))
}

function weakened(change: ResourceChange): readonly Breach[] {
  if (change.kind !== 'update') return []
  const { address } = change
  const { before_sensitive, after_sensitive } = change.resource.change
  const isSecret = (path: Path) =>
    [before_sensitive, after_sensitive].some((marks) => path.reduce(member, marks) === true)
  return [...attributesOf(unmarked(change.resource))].flatMap(({ path, before, after }) => {
    const name = String(path.at(-1))
    const was = before.kind === 'value' ? before.value : undefined
    const becomes = after.kind === 'value' ? after.value : undefined
    const keeps = PROTECTIONS[name]
    if (keeps === true && was === true && becomes !== true) {
      return [{ address, problem: `${pathText(path)} would be switched off` }]
    }
    if (keeps === false && was !== true && becomes === true) {
      return [{ address, problem: `${pathText(path)} would be switched on` }]
    }
    if (COUNTS.has(name) && typeof was === 'number' && was > 0 && becomes === 0) {
      return [{ address, problem: `${pathText(path)} would go ${isSecret(path) ? '' : `from ${was} `}to 0` }]
    }
    return []
  })
}

/** Nested blocks that an update removes: lists of objects that get shorter. A list that is not known yet may keep all its blocks. */
function vanishedBlocks({ resource }: ResourceChange): readonly string[] {
  const { before, after, after_unknown } = resource.change
  if (!isContainer(before) || !isContainer(after)) return []
  return Object.entries(before).flatMap(([name, blocks]) => {
    if (!Array.isArray(blocks) || !blocks.some(isContainer) || member(after_unknown, name) === true) return []
    const left = member(after, name) ?? []
    const lost = Array.isArray(left) ? blocks.length - left.length : 0
    return lost > 0 ? [counted(lost, `\`${name}\` block`)] : []
  })
}

/** Whether one of these patterns matches the whole text. `*` stands for any text. */
export const matchesAny = (text: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => wildcard(pattern).test(text))
