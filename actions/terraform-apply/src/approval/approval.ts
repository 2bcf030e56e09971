import { createHmac, timingSafeEqual } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { changesOf } from '../plan-json/changes.ts'
import type { Plan, ResourceChange } from '../plan-json/plan-json.ts'
import { isUnder, sameValue } from '../plan-json/value-diff.ts'
import { type Digest, digestOfValues, type Entry, entriesOf, keyedDigest, without, writtenNow } from './fingerprint.ts'

/** What a person approved: the plan of one stack, change by change, in a form that holds no values. */
export interface Approval {
  /** Which stack and environment; an approval is good for no other. */
  readonly stack: string
  /** The pull request that showed it, when it travels in a comment. */
  readonly pull?: number
  /** The commit of that pull request that was planned; its head then. */
  readonly head?: string
  readonly fingerprint: string
  readonly entries: readonly Entry[]
}

/** What may be approved of this plan. */
export function approvalOf(plan: Plan, stack: string, key: string): Approval {
  const digest = keyedDigest(key)
  const entries = entriesOf(plan, digest)
  return { stack, fingerprint: digest({ stack, entries }), entries }
}

/** An approval as one word, sealed with the key: whoever lacks the key can neither make nor alter one. */
export function sealApproval(approval: Approval, key: string): string {
  const body = deflateRawSync(JSON.stringify(approval), { level: 9 }).toString('base64')
  return `v1.${body}.${seal(body, key)}`
}

/** @throws SlipwayError when it was not made with this key. */
export function openApproval(sealed: string, key: string, where: string): Approval {
  const [version, body = '', mac = ''] = sealed.trim().split('.')
  const expected = Buffer.from(seal(body, key))
  const found = Buffer.from(mac)
  if (version !== 'v1' || found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw new SlipwayError(`The approval in ${where} was not made with this \`fingerprint-key\`, or it was altered.`, {
      hint: 'Plan again with the same key, and approve that plan.',
    })
  }
  return JSON.parse(inflateRawSync(Buffer.from(body, 'base64')).toString()) as Approval
}

const seal = (body: string, key: string) => createHmac('sha256', key).update(`approval ${body}`).digest('base64')

/** What a plan does beyond what was approved; empty when all of it was. What is approved and not (or no longer) planned is fine. */
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

/** Whether what was approved includes what is planned now: the same, or what a partial apply has left of it. */
function covers(
  approved: Entry,
  now: Entry,
  resource: ResourceChange | undefined,
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
      // Why something is read only later changes as a partial apply goes on.
      (approved.actions === 'read' || approved.reason === now.reason) &&
      (approved.from === now.from || now.from === undefined) &&
      sameValue(approved.forcedBy, now.forcedBy)
    )
  }
  switch (`${approved.actions} → ${now.actions}`) {
    // Destroyed, and then not made.
    case 'delete,create → create':
      return same
    // Made, and then the old one not destroyed.
    case 'create,delete → delete':
      return now.deposed === true
    // Half made, so Terraform makes it again; it did not exist when it was approved.
    case 'create → delete,create':
    case 'create → create,delete':
      return same && now.reason === 'replace_because_tainted'
    default:
      return false
  }
}

/** The digest that the plan of now has, if what was unknown when it was approved is left out of it. */
function digestNow(
  approved: Entry,
  now: Entry,
  resource: ResourceChange | undefined,
  plan: Plan,
  digest: Digest,
): string {
  const { unknown = [] } = approved
  if (resource !== undefined) return digestOfValues(resource, unknown, digest)
  const change = plan.output_changes?.[now.address.replace('output.', '')]
  return digest(without(change?.after, unknown))
}
