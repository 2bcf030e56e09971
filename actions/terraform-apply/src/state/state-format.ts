import { existsSync, readFileSync } from 'node:fs'
import { SlipwayError } from '../../../../toolkit/errors.ts'

/** What we need to know of a state. The rest is Terraform's own business. */
export interface State {
  readonly version: number
  readonly lineage: string
  readonly serial: number
  readonly resources: readonly unknown[]
  readonly outputs: Readonly<Record<string, unknown>>
}

const NO_STATE =
  'Nothing was changed. See what wrote it there: a merge conflict or a cut-off file is mended from its history, anything else is moved away.'

/** Reads a state of the format that Terraform writes since 0.12. @throws SlipwayError when it is not one. */
export function parseState(text: string, where: string): State {
  let state: Partial<State> | null
  try {
    state = JSON.parse(text)
  } catch (cause) {
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

/** Whether the state manages anything, or says anything. */
export const isEmpty = (state: State): boolean =>
  state.resources.length === 0 && Object.keys(state.outputs).length === 0

/** What two states of the same content share: not who wrote them last, nor in which order. */
export function contentOf({ lineage, serial, outputs, resources }: State): unknown {
  const settled = resources.map((resource) => {
    const { module, mode, type, name, provider, instances } = resource as StateResource
    const content = instances.map(({ index_key, schema_version, deposed, attributes }) => ({
      index_key,
      schema_version,
      deposed,
      attributes,
    }))
    return { id: [module, mode, type, name, provider].join(' '), instances: content }
  })
  return { lineage, serial, outputs, resources: settled.sort((a, b) => (a.id < b.id ? -1 : 1)) }
}

interface StateResource {
  readonly module?: string
  readonly mode: string
  readonly type: string
  readonly name: string
  readonly provider: string
  readonly instances: readonly Readonly<Record<string, unknown>>[]
}

/** Whether there is a file, and a state in it that is not empty. A file that is no state counts: it is not ours to judge. */
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
