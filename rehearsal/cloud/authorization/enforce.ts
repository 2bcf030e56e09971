import { type AccessRequest, type Decision, decide } from '../iam/decide.ts'
import type { Policy } from '../iam/policy.ts'
import { AwsError } from '../kernel/errors.ts'
import type { Call, Intercept } from '../kernel/service.ts'
import type { Facts } from './access.ts'
import { accessOf } from './access-of.ts'

/** One decision about a call. */
export interface Decided {
  readonly call: Call
  readonly request: AccessRequest
  readonly decision: Decision
}

export interface EnforceDeps {
  readonly facts: Facts
  /** The policies of a caller; `undefined` for one who may do everything. */
  policiesOf(call: Call): readonly Policy[] | undefined
  /** Called for each decision. */
  decided?(decided: Decided): void
}

/** Refuses calls that the caller's policies do not allow, with AWS's error. */
export function enforce({ facts, policiesOf, decided }: EnforceDeps): Intercept {
  return (call) => {
    const policies = policiesOf(call)
    if (policies === undefined) return undefined
    for (const request of accessOf(call, facts)) {
      const decision = decide(request, policies)
      decided?.({ call, request, decision })
      if (decision.answer !== 'allowed') return { error: refusal(call, request, decision) }
    }
    return undefined
  }
}

function refusal({ caller, protocol }: Call, { action, resource }: AccessRequest, { answer }: Decision): AwsError {
  const where = resource === undefined || resource === '*' ? '' : ` on resource: ${resource}`
  const why =
    answer === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`
  const message = `User: ${caller.arn} is not authorized to perform: ${action}${where} ${why}`
  if (protocol === 'json') return new AwsError('AccessDeniedException', message, 400)
  return new AwsError('AccessDenied', message, 403)
}
