import { DEFAULT_WORDS as ASSUME_ROLE } from '../../actions/assume-role/src/inputs/default-words.ts'
import { readInputs as readAssumeRole } from '../../actions/assume-role/src/inputs/inputs.ts'
import { DEFAULT_WORDS as BUILD_IMAGE } from '../../actions/build-image/src/inputs/default-words.ts'
import { readInputs as readBuildImage } from '../../actions/build-image/src/inputs/inputs.ts'
import { DEFAULT_WORDS as DATADOG_EVENT } from '../../actions/datadog-event/src/inputs/default-words.ts'
import { readInputs as readDatadogEvent } from '../../actions/datadog-event/src/inputs/inputs.ts'
import { DEFAULT_WORDS as DEPLOY_ECS } from '../../actions/deploy-ecs/src/inputs/default-words.ts'
import { readInputs as readDeployEcs } from '../../actions/deploy-ecs/src/inputs/inputs.ts'
import { DEFAULT_WORDS as TERRAFORM_APPLY } from '../../actions/terraform-apply/src/inputs/default-words.ts'
import { readInputs as readTerraformApply } from '../../actions/terraform-apply/src/inputs/inputs.ts'
import type { DefaultWords } from '../../toolkit/inputs.ts'
import type { Environment } from '../../toolkit/runtime.ts'
import { actionInputs } from './action-inputs.ts'
import { recordingWorld } from './datadog-event/datadog.ts'

/** How an action reads its inputs. */
interface Subject {
  /** Its inputs that may not be empty. */
  readonly words: DefaultWords
  readonly read: (env: Environment) => unknown
  /** The few inputs that it needs. */
  readonly given: Readonly<Record<string, string>>
}

const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
const SHA = '0123456789abcdef0123456789abcdef01234567'

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  'assume-role': {
    words: ASSUME_ROLE,
    read: (env) => readAssumeRole({ ...OIDC, AWS_REGION: 'eu-west-1', ...env }),
    given: { 'role-to-assume': 'arn:aws:iam::111111111111:role/web' },
  },
  'build-image': { words: BUILD_IMAGE, read: readBuildImage, given: { images: 'ghcr.io/acme/web' } },
  'datadog-event': {
    words: DATADOG_EVENT,
    read: (env) => readDatadogEvent(env, recordingWorld({}).world.log, 0),
    given: { 'api-key': 'a1b2c3d4e5f60718293a4b5c6d7e8f90', status: 'started', service: 'web' },
  },
  'deploy-ecs': { words: DEPLOY_ECS, read: readDeployEcs, given: { service: 'web' } },
  'terraform-apply': {
    words: TERRAFORM_APPLY,
    read: (env) => readTerraformApply({ GITHUB_WORKSPACE: import.meta.dirname, ...env }),
    given: {},
  },
}

/**
 * What an action reads with `inputs` besides the few that it needs, or its error. `undefined` leaves an input out, without the
 * default of action.yml.
 */
export function reading(action: string, inputs: Readonly<Record<string, string | undefined>>): unknown {
  const subject = SUBJECTS[action]
  if (subject === undefined) throw new Error(`There is no action ${action}.`)
  const env: Record<string, string | undefined> = { GITHUB_SHA: SHA, ...actionInputs(action, subject.given, SHA) }
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value
  try {
    return subject.read(env)
  } catch (error) {
    return error
  }
}
