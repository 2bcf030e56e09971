import type { Context } from '../iam/conditions.ts'
import type { AccessRequest } from '../iam/decide.ts'
import type { Members, Scope } from '../kernel/call.ts'

/** What a call does not say by itself, and IAM knows. */
export interface Facts {
  /** ARNs of the roles of a registered task definition, named by ARN, `family:revision` or `family`. */
  rolesOf(taskDefinition: string): readonly string[]
}

/** A call, with its parameters read. */
export interface Asked {
  /** Account and region of the caller. */
  readonly scope: Scope
  readonly input: Members
  readonly facts: Facts
}

/** The access that each operation of a service needs, by the operation's name. */
export type AccessTable = Readonly<Record<string, (asked: Asked) => readonly AccessRequest[]>>

/** A permission on some resources; `*` where AWS ties an action to none. */
export const on = (
  action: string,
  resources: readonly string[] | '*',
  context: Context = {},
): readonly AccessRequest[] =>
  (resources === '*' ? ['*'] : resources).map((resource) => ({ action, resource, context }))

/** A text member; '' without it. */
export const text = (input: Members, name: string): string => (typeof input[name] === 'string' ? input[name] : '')

/** The texts of a list; none without it. */
export const texts = (input: Members, name: string): readonly string[] =>
  list(input, name).filter((value): value is string => typeof value === 'string')

/** A list; an empty one without it. */
export const list = (input: Members, name: string): readonly unknown[] => {
  const value = input[name]
  return Array.isArray(value) ? value : []
}

/** The condition keys of tags in a request. `tags`: pairs of key and value, in any case of the two names. */
export function requestTags(tags: readonly unknown[]): Context {
  const pairs = tags.map((tag) => {
    const { key, value, Key, Value } = tag as Readonly<Record<string, unknown>>
    return [String(key ?? Key), String(value ?? Value ?? '')] as const
  })
  if (pairs.length === 0) return {}
  return {
    ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': pairs.map(([key]) => key),
  }
}
