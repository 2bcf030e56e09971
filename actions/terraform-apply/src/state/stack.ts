import type { World } from '../../../../toolkit/runtime.ts'
import type { Inputs, StackInputs } from '../inputs/inputs.ts'
import type { Terraform } from '../terraform/terraform.ts'
import { type Backend, type StackPlace, workspaceOf } from './backend.ts'
import type { StateStore } from './state-store.ts'

/** All that a command has once its stack is ready. */
export interface Run {
  readonly inputs: Inputs
  readonly tf: Terraform
  readonly backend: Backend
  /** Where the state is, when that is S3. */
  readonly store: StateStore | undefined
  readonly world: World
}

/** What says which stack a run is about. */
interface StackRun {
  readonly inputs: { readonly stack: StackPlace & Pick<StackInputs, 'path' | 'environment'> }
  readonly world: Pick<World, 'env'>
}

/**
 * What tells a stack in an environment from all others: where its code is, and where its state is. The workspace is labelled,
 * or it could pass for an environment of that name.
 */
export function stackId({ inputs: { stack }, backend, world }: StackRun & Pick<Run, 'backend'>): string {
  const { bucket, key } = backend.config
  const place = typeof key === 'string' ? `${bucket ?? backend.type}/${key}` : backend.type
  const workspace = namedWorkspace(stack, world)
  return joined(stack.path, stack.environment, workspace && `workspace ${workspace}`, place)
}

/** What people call it. */
export const stackTitle = ({ inputs: { stack }, world }: StackRun): string =>
  joined(stack.environment, namedWorkspace(stack, world), stack.path === '.' ? undefined : stack.path) || 'root module'

/** The workspace that Terraform takes, however it was chosen; `undefined` for the default one, which needs no name. */
function namedWorkspace(stack: StackPlace, { env }: StackRun['world']): string | undefined {
  const workspace = workspaceOf(stack, env)
  return workspace === 'default' ? undefined : workspace
}

const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' · ')
