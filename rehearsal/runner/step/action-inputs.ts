import { type Frame, scopeOf } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import { renderText } from '../expressions/render.ts'
import type { Action } from '../syntax/action-metadata.ts'

type Texts = Readonly<Record<string, string>>

/**
 * The action's inputs: given values, else defaults, else ''. Warns in GitHub's words about inputs that the action does not have,
 * and hands them over, as GitHub's runner does.
 */
export function actionInputs(action: Action, given: Texts, frame: Frame, at: EventLocation): Texts {
  const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  const known = action.inputs.map((input) => input.id)
  const unexpected = [...values.keys()].filter((name) => !known.some((id) => id.toLowerCase() === name))
  if (unexpected.length > 0) {
    const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
    const message = `Unexpected input(s) ${list(unexpected)}, valid inputs are [${list(known)}]`
    frame.job.run.on({ type: 'annotation', at, annotation: { level: 'warning', message } })
  }
  const scope = scopeOf(frame)
  const declared = action.inputs.map(({ id, default: otherwise }) => [
    id,
    values.get(id.toLowerCase()) ?? renderText(otherwise, scope) ?? '',
  ])
  return Object.fromEntries([...declared, ...unexpected.map((id) => [id, values.get(id) ?? ''])])
}

/** The INPUT_* variables. */
export const inputVariables = (inputs: Texts): Texts =>
  Object.fromEntries(
    Object.entries(inputs).map(([id, value]) => [`INPUT_${id.replaceAll(' ', '_').toUpperCase()}`, value]),
  )
