import { credentialsExpired } from './accounts/errors.ts'
import { AwsError } from './kernel/errors.ts'
import type { Random } from './kernel/random.ts'
import type { Call, Fault, Intercept, Protocol } from './kernel/service.ts'
import { matchesWildcard } from './kernel/wildcard.ts'
import { rateExceeded } from './throttling.ts'

/** Faults that can be injected into a call. */
export type FaultKind =
  | 'throttled'
  | 'server-error'
  | 'unavailable'
  | 'expired-credentials'
  | 'access-denied'
  | 'reset-before'
  | 'reset-after'
  | 'slow'

/** A rule: which calls get which fault, and how often. */
export interface FaultRule {
  readonly fault: FaultKind
  /** Name in the credential scope, such as `ecs`. Default: all services. */
  readonly service?: string | undefined
  /** Such as `DescribeServices`; `*` matches any text. Default: all actions. */
  readonly action?: string | undefined
  readonly account?: string | undefined
  readonly role?: string | undefined
  /** From 0 (never) to 1 (always, the default). */
  readonly probability?: number | undefined
  /** Number of matching calls that pass first. */
  readonly after?: number | undefined
  /** Maximum number of faults. */
  readonly times?: number | undefined
  /** Milliseconds of the cloud's time, for `slow`. */
  readonly delay?: number | undefined
}

/** What faults need of the cloud. */
export interface FaultDeps {
  readonly random: Random
  /** Expires an account's temporary credentials. */
  expire(account: string): void
}

/** Applies `rules` to every call: the first that matches decides. The same seed gives the same faults. */
export function faults(rules: readonly FaultRule[], { random, expire }: FaultDeps): Intercept {
  const seen = rules.map(() => ({ matching: 0, struck: 0 }))
  return (call) => {
    for (const [i, rule] of rules.entries()) {
      const counts = seen[i]
      if (counts === undefined || !matches(rule, call)) continue
      counts.matching += 1
      if (counts.matching <= (rule.after ?? 0) || counts.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue
      // Drawn also for a probability of 1, so that changing it leaves the draws of other rules unchanged.
      if (random() >= (rule.probability ?? 1)) continue
      counts.struck += 1
      if (rule.fault === 'expired-credentials') expire(call.caller.account)
      return faultOf(rule, call)
    }
    return undefined
  }
}

/** Combines intercepts: the first that returns a fault decides. */
export const firstOf =
  (...intercepts: readonly Intercept[]): Intercept =>
  (call) => {
    for (const intercept of intercepts) {
      const fault = intercept(call)
      if (fault !== undefined) return fault
    }
    return undefined
  }

function matches({ service, action, account, role }: FaultRule, call: Call): boolean {
  return (
    (service === undefined || service === call.service) &&
    (action === undefined || matchesWildcard(action, call.action)) &&
    (account === undefined || account === call.caller.account) &&
    (role === undefined || role === call.caller.role)
  )
}

function faultOf({ fault, delay = 1000 }: FaultRule, { service, protocol, action, caller }: Call): Fault {
  switch (fault) {
    case 'throttled':
      return { error: rateExceeded(service) }
    case 'server-error':
      return { error: serverError(service) }
    case 'unavailable':
      return { error: new AwsError('ServiceUnavailable', 'Service Unavailable', 503) }
    case 'expired-credentials':
      return { error: credentialsExpired(protocol) }
    case 'access-denied':
      return { error: notAuthorized(protocol, `${service}:${action}`, caller.arn) }
    case 'reset-before':
      return { reset: 'before' }
    case 'reset-after':
      return { reset: 'after' }
    case 'slow':
      return { delay }
  }
}

function serverError(service: string): AwsError {
  switch (service) {
    case 'ecs':
    case 'ecr':
      return new AwsError('ServerException', 'Service Unavailable. Please try again later.', 500)
    case 's3':
      return new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500)
    default:
      return new AwsError('InternalFailure', 'The request processing has failed because of an unknown error.', 500)
  }
}

function notAuthorized(protocol: Protocol, action: string, arn: string): AwsError {
  const message = `User: ${arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`
  return protocol === 'json'
    ? new AwsError('AccessDeniedException', message, 400)
    : new AwsError('AccessDenied', message, 403)
}
