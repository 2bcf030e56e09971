// Condition elements of policies:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { matchesArn, matchesPattern } from './pattern.ts'

/** Values of condition keys in a request, such as `ecs:cluster`. The case of a key does not matter. */
export type Context = Readonly<Record<string, string | readonly string[]>>

/** One key of a Condition element, with its operator. */
export interface Condition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

type Test = (value: string, wanted: string) => boolean

const lower =
  (test: Test): Test =>
  (value, wanted) =>
    test(value.toLowerCase(), wanted.toLowerCase())
const equal: Test = (value, wanted) => value === wanted
const like: Test = (value, wanted) => matchesPattern(wanted, value)
const arnLike: Test = (value, wanted) => matchesArn(wanted, value)

/** The operators that find a value. Each of them but Bool and the inequalities of numbers has a negated one. */
const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: lower(equal),
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: lower(equal),
  NumericEquals: (value, wanted) => Number(value) === Number(wanted),
  NumericLessThan: (value, wanted) => Number(value) < Number(wanted),
  NumericLessThanEquals: (value, wanted) => Number(value) <= Number(wanted),
  NumericGreaterThan: (value, wanted) => Number(value) > Number(wanted),
  NumericGreaterThanEquals: (value, wanted) => Number(value) >= Number(wanted),
}

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
}

/** Whether this evaluator has the operator, with or without `ForAllValues:`, `ForAnyValue:` and `IfExists`. */
export function knowsOperator(operator: string): boolean {
  const { name } = partsOf(operator)
  return name === 'Null' || name in TESTS || name in NEGATED
}

/**
 * Whether a condition holds. A key that the request does not have never matches: the condition is false, and true if its
 * operator is negated or ends in `IfExists`.
 */
export function holds({ operator, key, values }: Condition, context: Context): boolean {
  const { quantifier, name, ifExists } = partsOf(operator)
  const found = valuesOf(context, key)
  if (name === 'Null') return values.some((value) => (value.toLowerCase() === 'true') === (found === undefined))
  if (found === undefined && (ifExists || quantifier === 'ForAllValues')) return true
  const negated = NEGATED[name]
  const test = TESTS[negated ?? name]
  if (test === undefined) return false
  const matches = (value: string) => values.some((wanted) => test(value, wanted)) === (negated === undefined)
  const all = found ?? []
  if (quantifier === 'ForAllValues') return all.every(matches)
  if (quantifier === 'ForAnyValue') return all.some(matches)
  // Without a quantifier a negated operator must hold for each value, and another one for any.
  return negated === undefined ? all.some(matches) : all.every(matches)
}

function partsOf(operator: string) {
  const [, quantifier, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator) ?? []
  return { quantifier, name, ifExists: ifExists !== undefined }
}

function valuesOf(context: Context, key: string): readonly string[] | undefined {
  const wanted = key.toLowerCase()
  const entry = Object.entries(context).find(([name]) => name.toLowerCase() === wanted)
  return entry === undefined ? undefined : [entry[1]].flat()
}
