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

function checkPolicy(text: string): void {
  try {
    if (Array.isArray((parseJson(text, 'Input `repository-lifecycle-policy`') as { rules?: unknown }).rules)) return
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new InputError('repository-lifecycle-policy', 'is not JSON.', {
      hint: 'Write an ECR lifecycle policy: `{"rules": [ … ]}`.',
      cause,
    })
  }
  throw new InputError('repository-lifecycle-policy', 'has no list `rules`.', {
    hint: 'Write an ECR lifecycle policy: `{"rules": [ … ]}`.',
  })
}
