import { isBasicExpression, isMapping, isSequence } from '@actions/workflow-parser'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import { asText, evaluate, type Scope } from './evaluate.ts'

/** Evaluates the expressions in a part of a workflow file. Returns plain data. */
export function render(token: TemplateToken | undefined, scope: Scope): unknown {
  if (token === undefined) return undefined
  if (isBasicExpression(token)) return evaluate(token.expression, scope)
  if (isSequence(token)) return [...token].map((item) => render(item, scope))
  if (isMapping(token)) {
    return Object.fromEntries([...token].map(({ key, value }) => [asText(render(key, scope)), render(value, scope)]))
  }
  if (token.isExpression)
    throw new Error(`The rehearsal runner cannot evaluate ${token.toString()} (line ${token.line}).`)
  return token.toJSON()
}

/** Renders a mapping such as `env` or `with` to texts. Throws when an expression gives something else. */
export function renderTexts(token: TemplateToken | undefined, scope: Scope): Record<string, string> {
  const rendered = render(token, scope) ?? {}
  if (typeof rendered !== 'object' || Array.isArray(rendered)) {
    throw new Error(`Expected names and values, not ${JSON.stringify(rendered)} (line ${token?.line}).`)
  }
  return Object.fromEntries(Object.entries(rendered).map(([name, value]) => [name, asText(value)]))
}

/** Renders one value to text. Returns `undefined` when the file does not have it. */
export function renderText(token: TemplateToken | undefined, scope: Scope): string | undefined {
  return token === undefined ? undefined : asText(render(token, scope))
}
