import type { World } from '../../../../toolkit/runtime.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { RootModule } from '../inputs/root-module.ts'
import type { Terraform } from '../terraform/terraform.ts'
import type { Backend } from './backend.ts'
import type { StateStore } from './state-store.ts'
import { type WorkspaceOptions, workspaceOf } from './workspace.ts'

/** An initialized root module, with all that a command needs. */
export interface Stack {
  readonly world: World
  readonly inputs: Inputs
  readonly tf: Terraform
  readonly backend: Backend
  /** The objects of the state in S3; `undefined` for another backend. */
  readonly store: StateStore | undefined
}

/** The part of a stack that the post step has too. */
export type StackState = Omit<Stack, 'inputs'>

/** The part of a stack that its name depends on. */
interface NamedStack {
  readonly world: Pick<World, 'env'>
  readonly inputs: { readonly rootModule: WorkspaceOptions & Pick<RootModule, 'path' | 'environment'> }
}

/**
 * The identity of a stack in an environment: where its code is, and where its state is. The workspace is labelled, so that it is not
 * taken for an environment of that name.
 */
export function stackId({ world, inputs: { rootModule }, backend }: NamedStack & Pick<Stack, 'backend'>): string {
  const { bucket, key } = backend.config
  const state = typeof key === 'string' ? `${bucket ?? backend.type}/${key}` : backend.type
  const workspace = namedWorkspace(world, rootModule)
  return joined(rootModule.path, rootModule.environment, workspace && `workspace ${workspace}`, state)
}

/** The name of a stack for people, such as `stage · infra`. */
export const stackTitle = ({ world, inputs: { rootModule } }: NamedStack): string =>
  joined(
    rootModule.environment,
    namedWorkspace(world, rootModule),
    rootModule.path === '.' ? undefined : rootModule.path,
  ) || 'root module'

/** The workspace that Terraform selects; `undefined` for `default`, which is not shown. */
function namedWorkspace({ env }: NamedStack['world'], rootModule: WorkspaceOptions): string | undefined {
  const workspace = workspaceOf(rootModule, env)
  return workspace === 'default' ? undefined : workspace
}

const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' · ')
