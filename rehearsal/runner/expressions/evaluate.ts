import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import { type Token, TokenType } from '@actions/expressions/lexer'
import { truthy } from '@actions/expressions/result'

/** What an expression can use: contexts such as `github` and `steps`, and status functions such as `failure()`. */
export interface Scope {
  readonly contexts: Readonly<Record<string, unknown>>
  readonly status: Status
}

/** Status for the status functions. `skipped`: a needed job was skipped, so success() and failure() are both false. */
export type Status = 'success' | 'failure' | 'cancelled' | 'skipped'

/** Evaluates an expression without its `${{ }}`. */
export function evaluate(expression: string, scope: Scope): unknown {
  return toPlain(evaluateData(expression, scope))
}

/** Evaluates the condition of an `if:`. */
export function holds(condition: string, scope: Scope): boolean {
  return truthy(evaluateData(condition, scope))
}

/** Converts a value to text by GitHub's rules, for inputs, environment variables and outputs. */
export function asText(value: unknown): string {
  return toData(value).coerceString()
}

function evaluateData(expression: string, scope: Scope): data.ExpressionData {
  const functions = statusFunctions(scope.status)
  const { tokens } = new Lexer(expression).lex()
  const tree = new Parser(tokens.map(unescaped), Object.keys(scope.contexts), functions).parse()
  return new Evaluator(tree, toData(scope.contexts) as data.Dictionary, byName(functions)).evaluate()
}

/** The published @actions/expressions lexer unescapes only the first `''` of a string. */
const unescaped = (token: Token): Token =>
  token.type === TokenType.STRING ? { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") } : token

function statusFunctions(status: Status): FunctionDefinition[] {
  const is = (name: string, value: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  })
  return [
    is('always', true),
    is('success', status === 'success'),
    is('failure', status === 'failure'),
    is('cancelled', status === 'cancelled'),
    {
      name: 'hashFiles',
      minArgs: 1,
      maxArgs: 255,
      call: () => {
        throw new Error('The rehearsal runner has no hashFiles(). Remove it from the workflows that you rehearse.')
      },
    },
  ]
}

const byName = (functions: readonly FunctionDefinition[]) =>
  new Map(functions.map((definition) => [definition.name.toLowerCase(), definition]))

const toData = (value: unknown): data.ExpressionData =>
  JSON.parse(JSON.stringify(value ?? null), data.reviver) as data.ExpressionData

const toPlain = (value: data.ExpressionData): unknown => JSON.parse(JSON.stringify(value, data.replacer))
