// The parts of `terraform show -json` that we read.
// https://developer.hashicorp.com/terraform/internals/json-format

export type Action = 'no-op' | 'create' | 'read' | 'update' | 'delete' | 'forget'

/** A value of a resource or output before and after, with maps of the same shape that mark what is unknown or sensitive. */
export interface ValueChange {
  readonly actions: readonly Action[]
  readonly before?: unknown
  readonly after?: unknown
  readonly after_unknown?: unknown
  readonly before_sensitive?: unknown
  readonly after_sensitive?: unknown
  readonly replace_paths?: readonly (readonly (string | number)[])[]
  readonly importing?: { readonly id?: string }
}

export interface ResourceChangeJson {
  readonly address: string
  readonly previous_address?: string
  readonly module_address?: string
  readonly mode: 'managed' | 'data'
  readonly type: string
  readonly name: string
  readonly index?: string | number
  readonly deposed?: string
  readonly action_reason?: string
  readonly change: ValueChange
}

export interface OutputValue {
  readonly sensitive: boolean
  readonly value?: unknown
}

export interface ResourceValues {
  readonly address: string
  readonly mode: 'managed' | 'data'
  readonly type: string
  readonly name: string
  readonly index?: string | number
  readonly values: Readonly<Record<string, unknown>>
  readonly sensitive_values?: unknown
}

export interface ModuleValues {
  readonly resources?: readonly ResourceValues[]
  readonly child_modules?: readonly ModuleValues[]
}

export interface StateValues {
  readonly outputs?: Readonly<Record<string, OutputValue>>
  readonly root_module?: ModuleValues
}

/** The configuration of a module. Of an expression the plan has its constant, or its references. */
export interface ModuleConfiguration {
  readonly variables?: Readonly<Record<string, { readonly sensitive?: boolean }>>
  readonly outputs?: Readonly<Record<string, { readonly expression?: unknown }>>
  readonly resources?: readonly (Pick<ResourceChangeJson, 'mode' | 'type' | 'name'> & {
    readonly expressions?: unknown
  })[]
  readonly module_calls?: Readonly<
    Record<string, { readonly expressions?: unknown; readonly module?: ModuleConfiguration }>
  >
}

export interface Plan {
  readonly format_version: string
  readonly terraform_version: string
  readonly variables?: Readonly<Record<string, { readonly value?: unknown }>>
  readonly planned_values?: StateValues
  readonly prior_state?: { readonly values?: StateValues }
  readonly resource_changes?: readonly ResourceChangeJson[]
  readonly resource_drift?: readonly ResourceChangeJson[]
  readonly output_changes?: Readonly<Record<string, ValueChange>>
  readonly configuration?: { readonly root_module?: ModuleConfiguration }
  /** `action` blocks that the apply invokes, since Terraform 1.14. */
  readonly action_invocations?: readonly { readonly address: string }[]
  /** Absent before Terraform 1.8. */
  readonly applyable?: boolean
  readonly errored?: boolean
}

/** Whether an apply would change anything: a resource, an output, or an address that moves. */
export const hasChanges = (plan: Plan): boolean =>
  plan.applyable ??
  ((plan.resource_changes ?? []).some(
    ({ change, previous_address }) => acts(change) || previous_address !== undefined,
  ) ||
    Object.values(plan.output_changes ?? {}).some(acts))

const acts = ({ actions }: ValueChange) => actions.some((action) => action !== 'no-op')

/** Every resource of a module and its child modules. */
export const resourcesOf = (module: ModuleValues | undefined): readonly ResourceValues[] =>
  module === undefined ? [] : [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(resourcesOf)]
