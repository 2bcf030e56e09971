import { createHmac, timingSafeEqual } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { changesOf } from '../plan-json/changes.ts'
import { isUnder, sameValue } from '../plan-json/json-values.ts'
import type { Plan, ResourceChangeJson } from '../plan-json/plan-json.ts'
import { type Digest, digestOfValues, type Entry, entriesOf, keyedDigest, without, writtenNow } from './fingerprint.ts'

/** The approved plan of one stack, change by change. It holds digests, not values. */
export interface Approval {
  /** The stack and environment that it is for. */
  readonly stack: string
  /** The pull request whose comment holds it. */
  readonly pull?: number
  /** The commit that was planned: the head of that pull request at the time. */
  readonly head?: string
  readonly fingerprint: string
  readonly entries: readonly Entry[]
}

/** The approval of this plan. */
export function approvalOf(plan: Plan, stack: string, key: string): Approval {
  const digest = keyedDigest(key)
  const entries = entriesOf(plan, digest)
  return { stack, fingerprint: digest({ stack, entries }), entries }
}

/** The approval as one word, with a MAC: without the key it can neither be made nor changed. */
export function sealApproval(approval: Approval, key: string): string {
  const body = deflateRawSync(JSON.stringify(approval), { level: 9 }).toString('base64')
  return `v1.${body}.${seal(body, key)}`
}

/** Reads a sealed approval; `where` names its source in errors. @throws SlipwayError when it was not made with this key. */
export function openApproval(sealed: string, key: string, where: string): Approval {
  const [version, body = '', mac = ''] = sealed.trim().split('.')
  const expected = Buffer.from(seal(body, key))
  const found = Buffer.from(mac)
  if (version !== 'v1' || found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw new SlipwayError(`The approval in ${where} was not made with this \`fingerprint-key\`, or it was changed.`, {
      hint: 'Plan again with the same key, and approve that plan.',
    })
  }
  return JSON.parse(inflateRawSync(Buffer.from(body, 'base64')).toString()) as Approval
}

const seal = (body: string, key: string) => createHmac('sha256', key).update(`approval ${body}`).digest('base64')

/** The changes of a plan that were not approved: `address (actions)`. Approved changes that the plan does not have are fine. */
export function notApproved(plan: Plan, approval: Approval, key: string): readonly string[] {
  const digest = keyedDigest(key)
  const approved = Map.groupBy(approval.entries, ({ address }) => address)
  const resources = new Map(
    changesOf(plan).map((change) => [entryKey(change.address, change.deposed !== undefined), change.resource]),
  )
  return entriesOf(plan, digest)
    .filter((entry) => {
      const resource = resources.get(entryKey(entry.address, entry.deposed === true))
      return !(approved.get(entry.address) ?? []).some((candidate) => covers(candidate, entry, resource, plan, digest))
    })
    .map(({ address, actions }) => `${address} (${actions})`)
}

const entryKey = (address: string, deposed: boolean) => `${address} ${deposed}`

/** Whether an approved entry covers a planned one: it is the same, or what a partial apply has left of it. */
function covers(
  approved: Entry,
  now: Entry,
  resource: ResourceChangeJson | undefined,
  plan: Plan,
  digest: Digest,
): boolean {
  const noMoreUnknown = (now.unknown ?? []).every((path) =>
    (approved.unknown ?? []).some((upper) => isUnder(path, upper)),
  )
  const same =
    noMoreUnknown &&
    digestNow(approved, now, resource, plan, digest) === approved.digest &&
    (approved.unknown === undefined || approved.written === writtenNow(plan, now, resource, digest))
  if (approved.actions === now.actions && approved.deposed === now.deposed) {
    return (
      same &&
      // The reason why a read is deferred changes with a partial apply.
      (approved.actions === 'read' || approved.reason === now.reason) &&
      (approved.from === now.from || now.from === undefined) &&
      sameValue(approved.forcedBy, now.forcedBy)
    )
  }
  switch (`${approved.actions} → ${now.actions}`) {
    // The apply failed between destroy and create.
    case 'delete,create → create':
      return same
    // The apply failed between create and destroy of the old object.
    case 'create,delete → delete':
      return now.deposed === true
    // The create failed half-way, so Terraform replaces what it created. It did not exist when the plan was approved.
    case 'create → delete,create':
    case 'create → create,delete':
      return same && now.reason === 'replace_because_tainted'
    default:
      return false
  }
}

/** The digest of the planned values, without those that were unknown when the plan was approved. */
function digestNow(
  approved: Entry,
  now: Entry,
  resource: ResourceChangeJson | undefined,
  plan: Plan,
  digest: Digest,
): string {
  const { unknown = [] } = approved
  if (resource !== undefined) return digestOfValues(resource, unknown, digest)
  const change = plan.output_changes?.[now.address.replace('output.', '')]
  return digest(without(change?.after, unknown))
}
