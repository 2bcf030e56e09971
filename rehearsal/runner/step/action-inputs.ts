import { type Frame, scopeOf } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import { renderText } from '../expressions/render.ts'
import type { Action } from '../syntax/action-metadata.ts'

type Texts = Readonly<Record<string, string>>

/** The action's inputs: given values, else defaults. Warns in GitHub's words about inputs that the action does not have. */
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
  return Object.fromEntries(
    action.inputs.flatMap(({ id, default: otherwise }) => {
      const value = values.get(id.toLowerCase()) ?? renderText(otherwise, scope)
      return value === undefined ? [] : [[id, value]]
    }),
  )
}

/** The INPUT_* variables. */
export const inputVariables = (inputs: Texts): Texts =>
  Object.fromEntries(
    Object.entries(inputs).map(([id, value]) => [`INPUT_${id.replaceAll(' ', '_').toUpperCase()}`, value]),
  )
