// Finds what runs for `uses:`: an action in the workspace, one in a repository on this machine, or a stand-in.
import type { StandIn } from '../stand-in.ts'
import { parseActionReference, pathInside } from '../syntax/action-reference.ts'
import { WorkflowError } from '../syntax/workflow-error.ts'

export type ResolvedAction =
  | { readonly kind: 'folder'; readonly folder: string; readonly repository?: string; readonly ref?: string }
  | { readonly kind: 'stand-in'; readonly standIn: StandIn }

/** Resolves `uses`. Throws WorkflowError, naming the actions that the runner has, for an unknown one. */
export function resolveAction(
  uses: string,
  workspace: string,
  repositories: Readonly<Record<string, string>>,
  standIns: Readonly<Record<string, StandIn>>,
): ResolvedAction {
  if (uses.startsWith('./')) return { kind: 'folder', folder: pathInside(workspace, uses) }
  const { repository, path, ref } = parseActionReference(uses)
  const standIn = standIns[[repository, path].filter((part) => part !== '').join('/')]
  if (standIn !== undefined) return { kind: 'stand-in', standIn }
  const folder = repositories[repository]
  if (folder === undefined) {
    const known = [...Object.keys(standIns), ...Object.keys(repositories)].join(', ')
    throw new WorkflowError([
      `The rehearsal runner does not have \`${uses}\`. It has ${known}, and the actions of the workspace.`,
    ])
  }
  return { kind: 'folder', folder: pathInside(folder, path), repository, ref }
}
