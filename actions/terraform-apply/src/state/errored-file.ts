import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseExactly } from './exact-json.ts'

/** The file that Terraform writes a state to when it could not save it. */
export const ERRORED_STATE = 'errored.tfstate'

/** Folders that may hold an errored state: the root module, or ours where Terraform could only print it. */
export interface ErroredStateFolders {
  readonly directory: string
  readonly scratch: string
}

/** Path of the state that Terraform could not save; `undefined` when there is none. */
export const erroredState = ({ directory, scratch }: ErroredStateFolders): string | undefined =>
  [directory, scratch]
    .map((folder) => join(folder, ERRORED_STATE))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)

/** Writes to our folder a state that Terraform printed because it could not write it to a file. */
export function writePrintedState(
  { printedState }: { readonly printedState: string | undefined },
  { scratch }: Pick<ErroredStateFolders, 'scratch'>,
): void {
  if (printedState === undefined) return
  const { state } = parseExactly(printedState) as { readonly state: unknown }
  writeFileSync(join(scratch, ERRORED_STATE), JSON.stringify(state), { mode: 0o600 })
}
