import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

type Texts = Readonly<Record<string, string>>

const ACTIONS = new URL('../../actions/', import.meta.url)

/** An input as action.yml declares it. */
export interface DeclaredInput {
  readonly description: string
  readonly required?: boolean
  readonly default?: string
}

/** The inputs of an action, by name. */
export const declaredInputs = (action: string): Readonly<Record<string, DeclaredInput>> =>
  parse(readFileSync(new URL(`${action}/action.yml`, ACTIONS), 'utf8')).inputs

/**
 * An action's inputs as GitHub's runner hands them over: the INPUT_* variable of each input that action.yml declares, with what
 * was given, else its default, else ''.
 */
export function actionInputs(action: string, given: Texts, sha?: string): Record<string, string> {
  const declared = Object.entries(declaredInputs(action)).flatMap(([name, { default: text = '' }]) => {
    const value = text === '${{ github.sha }}' ? sha : text === '${{ github.token }}' ? '' : text
    return value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(
    [...declared, ...Object.entries(given)].map(([name, value]) => [
      `INPUT_${String(name).replaceAll(' ', '_').toUpperCase()}`,
      String(value),
    ]),
  )
}
