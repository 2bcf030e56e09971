import type { World } from '../../../toolkit/runtime.ts'
import type { Backend } from './backend.ts'
import type { Inputs } from './inputs.ts'
import type { StateStore } from './state-store.ts'
import type { Terraform } from './terraform.ts'

/** All that a command has once its stack is ready. */
export interface Run {
  readonly inputs: Inputs
  readonly tf: Terraform
  readonly backend: Backend
  /** Where the state is, when that is S3. */
  readonly store: StateStore | undefined
  readonly world: World
}

/** What tells a stack in an environment from all others: where its code is, and where its state is. */
export function stackId({ inputs: { stack }, backend }: Run): string {
  const { bucket, key } = backend.config
  const place = typeof key === 'string' ? `${bucket ?? backend.type}/${key}` : backend.type
  return [stack.path, stack.environment, stack.workspace, place].filter((part) => part !== undefined).join(' · ')
}

/** What people call it. */
export const stackTitle = ({ inputs: { stack } }: Run): string =>
  [stack.environment, stack.workspace, stack.path === '.' ? undefined : stack.path]
    .filter((part) => part !== undefined)
    .join(' · ') || 'root module'
