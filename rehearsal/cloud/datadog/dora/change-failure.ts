import type { Members } from '../../kernel/call.ts'
import { DatadogError } from '../http/answers.ts'
import { booleanOf, objectOf, oneOf, textOf } from '../http/attributes.ts'

export const PATCH_TYPE = 'dora_deployment_patch_request'

/** Whether a deployment was a change failure, and which deployment undid it. */
export interface ChangeFailure {
  readonly change_failure: boolean
  readonly remediation: Members
}

/** Reads the attributes of a patch. Patches by version are stricter: they need `change_failure`, and a way to find the remedy. */
export function readChangeFailure(attributes: Members, byVersion: boolean): Partial<ChangeFailure> {
  const failed = booleanOf(attributes, 'change_failure', byVersion)
  const remediation = attributes['remediation'] === undefined ? undefined : objectOf(attributes, 'remediation')
  if (remediation !== undefined) checkRemediation(remediation, byVersion)
  return {
    ...(failed === undefined ? {} : { change_failure: failed }),
    ...(remediation === undefined ? {} : { remediation }),
  }
}

function checkRemediation(remediation: Members, byVersion: boolean): void {
  const ways = ['id', 'version'].filter((name) => textOf(remediation, name) !== undefined)
  oneOf(remediation, 'type', ['rollback', 'rollforward'], byVersion || ways.length > 0)
  if (ways.length > 1) throw new DatadogError(400, 'attribute "remediation" must have either "id" or "version"')
  if (byVersion && ways.length === 0) {
    throw new DatadogError(400, 'attribute "remediation" must have one of "id version"')
  }
}
