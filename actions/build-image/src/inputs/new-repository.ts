import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'

/** How to create an ECR repository. */
export interface NewRepository {
  readonly immutableTags: boolean
  readonly scanOnPush: boolean
  /** The lifecycle policy as JSON. `undefined`: none is set. */
  readonly lifecyclePolicy: string | undefined
}

/** Reads `create-repository` and `repository-*`; `undefined` when no repository may be created. */
export function readNewRepository(reader: InputReader): NewRepository | undefined {
  const lifecyclePolicy = reader.text('repository-lifecycle-policy')
  if (lifecyclePolicy !== undefined) checkPolicy(lifecyclePolicy)
  const options = {
    immutableTags: reader.flag('repository-immutable-tags', false),
    scanOnPush: reader.flag('repository-scan-on-push', true),
    lifecyclePolicy,
  }
  return reader.flag('create-repository', false) ? options : undefined
}

/** In characters. ECR's model: `LifecyclePolicyText`. */
const POLICY = { min: 100, max: 30_720 }

function checkPolicy(text: string): void {
  const hint = 'Write an ECR lifecycle policy: `{"rules": [ … ]}`.'
  let policy: unknown
  try {
    policy = parseJson(text, 'Input `repository-lifecycle-policy`')
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new InputError('repository-lifecycle-policy', 'is not JSON.', { hint, cause })
  }
  if (!Array.isArray((policy as { readonly rules?: unknown } | null)?.rules)) {
    throw new InputError('repository-lifecycle-policy', 'has no list `rules`.', { hint })
  }
  if (text.length >= POLICY.min && text.length <= POLICY.max) return
  // ECR would refuse it after the repository has been created.
  throw new InputError(
    'repository-lifecycle-policy',
    `has ${text.length} characters, and ECR accepts ${POLICY.min} to ${POLICY.max}.`,
    { hint: 'Check that its rules are complete. White space counts.' },
  )
}
