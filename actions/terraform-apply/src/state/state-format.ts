import { existsSync, readFileSync } from 'node:fs'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'

/** The members of a state file that we read. */
export interface State {
  readonly version: number
  readonly lineage: string
  readonly serial: number
  readonly resources: readonly unknown[]
  readonly outputs: Readonly<Record<string, unknown>>
}

const NO_STATE =
  'Nothing was changed. Find out what wrote it there. Restore a file with a merge conflict, or an incomplete one, from its history; move anything else away.'

/** Reads a state of format 4, which Terraform writes since 0.12. `where` names it in errors. @throws SlipwayError when it is not one. */
export function parseState(text: string, where: string): State {
  let state: Partial<State> | null
  try {
    state = parseJson(text, where) as Partial<State> | null
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw new SlipwayError(`${where} is not a Terraform state: it is not JSON.`, { hint: NO_STATE, cause })
  }
  if (typeof state?.lineage !== 'string' || typeof state.serial !== 'number' || !Array.isArray(state.resources)) {
    throw new SlipwayError(`${where} is not a Terraform state: it lacks lineage, serial or resources.`, {
      hint: NO_STATE,
    })
  }
  if (state.version !== 4) {
    throw new SlipwayError(`${where} has state format ${state.version}; Terraform writes 4 since 0.12.`, {
      hint: 'Run `terraform apply` once with a Terraform that upgrades it.',
    })
  }
  return { outputs: {}, ...state } as State
}

/** Whether a state has neither resources nor outputs. */
export const isEmpty = (state: State): boolean =>
  state.resources.length === 0 && Object.keys(state.outputs).length === 0

/** The content of a state, to compare two: without the version that wrote it, and with its resources in a fixed order. */
export function contentOf({ lineage, serial, outputs, resources }: State): unknown {
  const normalized = resources.map((resource) => {
    const { module, mode, type, name, provider, instances } = resource as StateResource
    const content = instances.map(({ index_key, schema_version, deposed, attributes }) => ({
      index_key,
      schema_version,
      deposed,
      attributes,
    }))
    return { id: [module, mode, type, name, provider].join(' '), instances: content }
  })
  return { lineage, serial, outputs, resources: normalized.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

interface StateResource {
  readonly module?: string
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly provider: string
  readonly instances: readonly Readonly<Record<string, unknown>>[]
}

/** Whether a file exists and holds a state that is not empty. Content that is not a state counts as one: it may be worth keeping. */
export function stateFileHolds(path: string): boolean {
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  if (text.trim() === '') return false
  try {
    return !isEmpty(parseState(text, path))
  } catch {
    return true
  }
}
