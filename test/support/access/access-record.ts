// Which permissions calls needed, and which statements of policies allowed them.
import type { Facts } from '../../../rehearsal/cloud/authorization/access.ts'
import { registryAccess } from '../../../rehearsal/cloud/authorization/ecr.ts'
import { enforce } from '../../../rehearsal/cloud/authorization/enforce.ts'
import { type AccessRequest, type Decision, decide } from '../../../rehearsal/cloud/iam/decide.ts'
import { type Policy, parsePolicy } from '../../../rehearsal/cloud/iam/policy.ts'
import type { Written } from '../../../rehearsal/cloud/kernel/journal.ts'
import type { Call, Intercept } from '../../../rehearsal/cloud/kernel/service.ts'

/** Allows everything, to see what is asked. */
export const EVERYTHING: readonly Policy[] = [
  parsePolicy('{"Statement": {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}}'),
]

/** Decisions about calls, in their order. */
export class AccessRecord {
  readonly decisions: { readonly request: AccessRequest; readonly decision: Decision }[] = []

  /** Refuses the calls that policies do not allow, and records all that have policies. */
  guard(policiesOf: (call: Call) => readonly Policy[] | undefined, facts: Facts = { rolesOf: () => [] }): Intercept {
    return enforce({
      facts,
      policiesOf,
      decided: ({ request, decision }) => this.decisions.push({ request, decision }),
    })
  }

  /** Adds what the journal has of a registry, whose requests are no calls of an API. */
  addRegistry(entries: readonly Written[], region: string, policies: readonly Policy[]): void {
    for (const { method, what, repository, registry } of entries) {
      const asked = { method: String(method), what: String(what), repository: String(repository) }
      for (const request of registryAccess(asked, { account: String(registry), region })) {
        this.decisions.push({ request, decision: decide(request, policies) })
      }
    }
  }

  get requests(): readonly AccessRequest[] {
    return this.decisions.map(({ request }) => request)
  }

  /** What was refused, as `action on resource`, each once. */
  get refused(): readonly string[] {
    const refused = this.decisions.filter(({ decision }) => decision.answer !== 'allowed')
    return [...new Set(refused.map(({ request: { action, resource } }) => `${action} on ${resource}`))]
  }
}

/** The actions of statements that allow no request of these records, as `Sid action`. */
export function unusedActions(policies: readonly Policy[], records: readonly AccessRecord[]): readonly string[] {
  const requests = records.flatMap((record) => record.requests)
  const unused = policies.flat().flatMap((statement) => {
    const allowed = requests.filter((request) => decide(request, [[statement]]).answer === 'allowed')
    const used = new Set(allowed.map(({ action }) => action))
    return statement.actions.patterns
      .filter((action) => !used.has(action))
      .map((action) => `${statement.sid} ${action}`)
  })
  return unused.toSorted()
}
