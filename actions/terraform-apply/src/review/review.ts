import { type Approval, approvalOf } from '../approval/approval.ts'
import type { SavedPlan } from '../operations/plan.ts'
import { type Change, changesOf, driftOf, type OutputChange, outputChangesOf } from '../plan-json/changes.ts'
import { hasChanges } from '../plan-json/plan-json.ts'
import { type Scrub, scrubber, secretsOf } from '../plan-json/sensitive-values.ts'
import { noteSecrets } from '../state/scratch.ts'
import { type Run, stackId } from '../state/stack.ts'
import { type Breach, breachesOf } from './guard-rails.ts'

/** A plan, looked at from every side that matters before it is applied. */
export interface Review {
  readonly saved: SavedPlan
  readonly hasChanges: boolean
  readonly changes: readonly Change[]
  readonly outputs: readonly OutputChange[]
  readonly drift: readonly Change[]
  /** What the guard rails hold up. */
  readonly breaches: readonly Breach[]
  /** What may be approved of it; without a key there is nothing to approve. */
  readonly approval: Approval | undefined
  /** Takes every secret of the plan out of a text. */
  readonly scrub: Scrub
}

/** Looks at a plan. From here on the runner masks what is secret in it. */
export function review(saved: SavedPlan, run: Run): Review {
  const { plan } = saved
  const { approval, guardRails } = run.inputs
  const changes = changesOf(plan)
  const secrets = secretsOf(plan)
  for (const secret of secrets) run.world.log.mask(secret)
  noteSecrets(run.tf.scratch, secrets)
  const scrub = scrubber(secrets)
  saved.tell?.(scrub)
  return {
    saved,
    hasChanges: hasChanges(plan),
    changes,
    outputs: outputChangesOf(plan),
    drift: driftOf(plan),
    breaches: breachesOf(changes, guardRails).map(({ address, problem }) => ({ address: scrub(address), problem })),
    approval: approval.key === undefined ? undefined : approvalOf(plan, stackId(run), approval.key),
    scrub,
  }
}
