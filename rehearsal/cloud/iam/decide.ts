// How IAM decides: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { type Context, holds } from './conditions.ts'
import { matchesPattern } from './pattern.ts'
import type { Patterns, Policy, Principals, Statement } from './policy.ts'

/** What IAM is asked: one action on one resource. A call can ask for several. */
export interface AccessRequest {
  /** Such as `ecs:UpdateService`. */
  readonly action: string
  /** ARN; `*` for an action that is not tied to a resource; `undefined` to compare no resource, as for a trust policy. */
  readonly resource: string | undefined
  readonly context: Context
  /** Who asks, by kind, such as `{ AWS: [ARN, account] }`. Only for policies of resources. */
  readonly principal?: Readonly<Record<string, readonly string[]>>
}

export type Decision =
  | { readonly answer: 'allowed'; readonly by: Statement }
  | { readonly answer: 'explicit-deny'; readonly by: Statement }
  | { readonly answer: 'implicit-deny' }

/**
 * Decides a request by layers of policies: those of the identity, and its permissions boundary or a session policy if there
 * is one. Each layer must allow. A Deny in any of them decides.
 */
export function decide(request: AccessRequest, ...layers: readonly (readonly Policy[])[]): Decision {
  const applying = layers.map((layer) => layer.flat().filter((statement) => applies(statement, request)))
  const denying = applying.flat().find(({ effect }) => effect === 'Deny')
  if (denying !== undefined) return { answer: 'explicit-deny', by: denying }
  const allowing = applying.map((layer) => layer.find(({ effect }) => effect === 'Allow'))
  const [first] = allowing
  if (first === undefined || allowing.includes(undefined)) return { answer: 'implicit-deny' }
  return { answer: 'allowed', by: first }
}

/** Whether a statement is about this request, whatever its effect. */
function applies(statement: Statement, { action, resource, context, principal }: AccessRequest): boolean {
  return (
    matches(statement.actions, action, 'i') &&
    (statement.resources === undefined || resource === undefined || matches(statement.resources, resource)) &&
    (statement.principals === undefined || isAmong(statement.principals, principal ?? {})) &&
    statement.conditions.every((condition) => holds(condition, context))
  )
}

const matches = ({ except, patterns }: Patterns, text: string, flags: '' | 'i' = ''): boolean =>
  patterns.some((pattern) => matchesPattern(pattern, text, flags)) !== except

function isAmong(principals: Principals, who: Readonly<Record<string, readonly string[]>>): boolean {
  if (principals === '*') return true
  return Object.entries(principals).some(([kind, names]) =>
    names.some((name) => name === '*' || (who[kind] ?? []).includes(name)),
  )
}
