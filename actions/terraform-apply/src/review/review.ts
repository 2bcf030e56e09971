import { type Approval, approvalOf } from '../approval/approval.ts'
import type { SavedPlan } from '../operations/plan.ts'
import { changesOf, driftOf, type OutputChange, outputChangesOf, type ResourceChange } from '../plan-json/changes.ts'
import { hasChanges } from '../plan-json/plan-json.ts'
import { type Scrub, scrubber, secretsOf } from '../plan-json/sensitive-values.ts'
import { saveSecrets } from '../state/handover.ts'
import { type Stack, stackId } from '../state/stack.ts'
import { type Breach, breachesOf } from './guard-rails.ts'

/** A plan, and all that is checked and shown before it is applied. */
export interface Review {
  readonly saved: SavedPlan
  readonly hasChanges: boolean
  readonly changes: readonly ResourceChange[]
  readonly outputs: readonly OutputChange[]
  /** Resources that were changed outside Terraform. */
  readonly drift: readonly ResourceChange[]
  /** The changes that the guard rails stop. */
  readonly breaches: readonly Breach[]
  /** The approval of this plan; `undefined` without a key. */
  readonly approval: Approval | undefined
  /** Replaces every secret of the plan in a text. */
  readonly scrub: Scrub
}

/** Reviews a plan. From here on the runner masks its secrets in the log. */
export function review({ world, inputs, tf, backend }: Stack, saved: SavedPlan): Review {
  const { plan } = saved
  const { approval, guardRails } = inputs
  const changes = changesOf(plan)
  const secrets = secretsOf(plan)
  for (const secret of secrets) world.log.mask(secret)
  saveSecrets(tf.scratch, secrets)
  const scrub = scrubber(secrets)
  saved.logWarnings?.(scrub)
  return {
    saved,
    hasChanges: hasChanges(plan),
    changes,
    outputs: outputChangesOf(plan),
    drift: driftOf(plan),
    breaches: breachesOf(changes, guardRails).map(({ address, problem }) => ({ address: scrub(address), problem })),
    approval:
      approval.key === undefined ? undefined : approvalOf(plan, stackId({ world, inputs, backend }), approval.key),
    scrub,
  }
}
