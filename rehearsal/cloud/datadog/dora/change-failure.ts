import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { objectOf, textOf } from '../http/attributes.ts'

/** Whether a deployment was a change failure, and which deployment undid it. */
export interface ChangeFailure {
  readonly change_failure: boolean
  readonly remediation: Members
}

/** Reads the attributes of a patch. */
export function readChangeFailure(attributes: Members): Partial<ChangeFailure> {
  const { change_failure: failed, remediation } = attributes
  if (remediation !== undefined) checkRemediation(objectOf(attributes, 'remediation'))
  return {
    ...(failed === undefined ? {} : { change_failure: failed === true }),
    ...(remediation === undefined ? {} : { remediation: objectOf(attributes, 'remediation') }),
  }
}

/** A remediation is found by its id or by its version, and needs a type then. */
function checkRemediation(remediation: Members): void {
  const ways = ['id', 'version'].filter((name) => textOf(remediation, name) !== undefined)
  if (ways.length > 1) throw new DatadogError(400, 'attribute "remediation" must have either "id" or "version"')
  if (ways.length === 1 && textOf(remediation, 'type') === undefined) {
    throw new DatadogError(400, 'attribute "type" is required')
  }
}
