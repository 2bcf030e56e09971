// Policy documents: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { type Condition, knowsOperator } from './conditions.ts'

/** Patterns of an element, or with `except` all that match none of them (`NotAction`, `NotResource`). */
export interface Patterns {
  readonly except: boolean
  readonly patterns: readonly string[]
}

/** Principals by their kind, such as `AWS`; `*` for everyone. */
export type Principals = '*' | Readonly<Record<string, readonly string[]>>

export interface Statement {
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  readonly actions: Patterns
  /** `undefined` in a trust policy: the role itself. */
  readonly resources: Patterns | undefined
  /** `undefined` in a policy of an identity: the identity itself. */
  readonly principals: Principals | undefined
  readonly conditions: readonly Condition[]
}

/** A parsed policy. */
export type Policy = readonly Statement[]

/** What is not a policy, or has an element that this evaluator does not have. */
export class PolicyError extends Error {
  override readonly name = 'MalformedPolicyDocument'
}

/** Parses a policy document. @throws PolicyError for one that IAM refuses, and for elements that are not evaluated here. */
export function parsePolicy(document: string): Policy {
  const parsed = membersOf(json(document), 'The policy')
  const { Statement: given } = parsed
  const statements = Array.isArray(given) ? given : [given]
  if (given === undefined || statements.length === 0) throw new PolicyError('The policy has no Statement.')
  return statements.map((statement, i) => parseStatement(membersOf(statement, `Statement ${i + 1}`), i + 1))
}

type Members = Readonly<Record<string, unknown>>

const ELEMENTS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'Condition']

function parseStatement(members: Members, place: number): Statement {
  const { Sid: sid, Effect: effect } = members
  const name = `Statement ${sid ?? place}`
  const unknown = Object.keys(members).find((element) => !ELEMENTS.includes(element))
  if (unknown !== undefined) throw new PolicyError(`${name} has ${unknown}, which is not evaluated here.`)
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError(`${name}: Effect must be Allow or Deny.`)
  const actions = patternsOf(members, 'Action', name)
  if (actions === undefined) throw new PolicyError(`${name} has neither Action nor NotAction.`)
  const bad = actions.patterns.find((action) => action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))
  if (bad !== undefined) throw new PolicyError(`${name}: ${bad} is not an action.`)
  return {
    sid: typeof sid === 'string' ? sid : undefined,
    effect,
    actions,
    resources: patternsOf(members, 'Resource', name),
    principals: principalsOf(members['Principal'], name),
    conditions: conditionsOf(members['Condition'], name),
  }
}

function patternsOf(members: Members, element: 'Action' | 'Resource', name: string): Patterns | undefined {
  const [yes, no] = [members[element], members[`Not${element}`]]
  if (yes !== undefined && no !== undefined) throw new PolicyError(`${name} has both ${element} and Not${element}.`)
  const given = yes ?? no
  if (given === undefined) return undefined
  const patterns = textsOf(given, `${name}: ${element}`)
  const variable = patterns.find((pattern) => pattern.includes('${'))
  if (variable !== undefined) throw new PolicyError(`${name}: variables such as ${variable} are not evaluated here.`)
  return { except: yes === undefined, patterns }
}

function principalsOf(given: unknown, name: string): Principals | undefined {
  if (given === undefined || given === '*') return given
  const kinds = Object.entries(membersOf(given, `${name}: Principal`))
  return Object.fromEntries(kinds.map(([kind, value]) => [kind, textsOf(value, `${name}: Principal`)]))
}

function conditionsOf(given: unknown, name: string): readonly Condition[] {
  if (given === undefined) return []
  return Object.entries(membersOf(given, `${name}: Condition`)).flatMap(([operator, keys]) => {
    if (!knowsOperator(operator)) throw new PolicyError(`${name}: ${operator} is not evaluated here.`)
    return Object.entries(membersOf(keys, `${name}: ${operator}`)).map(([key, value]) => ({
      operator,
      key,
      values: textsOf(value, `${name}: ${key}`),
    }))
  })
}

function json(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch (error) {
    throw new PolicyError(`The policy is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function membersOf(value: unknown, name: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw new PolicyError(`${name} is not an object.`)
}

/** Numbers and booleans count as text. */
function textsOf(value: unknown, name: string): readonly string[] {
  const texts = Array.isArray(value) ? value : [value]
  const isText = (text: unknown) => ['string', 'number', 'boolean'].includes(typeof text)
  if (!texts.every(isText)) throw new PolicyError(`${name} is neither text nor a list of texts.`)
  return texts.map(String)
}
