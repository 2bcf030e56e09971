// What a `uses:` names: a folder of the workspace, a repository on this machine, or a stand-in.
import { isAbsolute, join, normalize, sep } from 'node:path'
import type { StandIn } from '../stand-in.ts'
import { WorkflowError } from './workflow.ts'

export type Used =
  | { readonly kind: 'folder'; readonly folder: string; readonly repository?: string; readonly ref?: string }
  | { readonly kind: 'stand-in'; readonly standIn: StandIn }

/** Finds what `uses` names, or refuses it with what there is. */
export function resolveUses(
  uses: string,
  workspace: string,
  repositories: Readonly<Record<string, string>>,
  standIns: Readonly<Record<string, StandIn>>,
): Used {
  if (uses.startsWith('./')) return { kind: 'folder', folder: inside(workspace, uses) }
  const { repository, path, ref } = readReference(uses)
  const standIn = standIns[[repository, path].filter((part) => part !== '').join('/')]
  if (standIn !== undefined) return { kind: 'stand-in', standIn }
  const folder = repositories[repository]
  if (folder === undefined) {
    const known = [...Object.keys(standIns), ...Object.keys(repositories)].join(', ')
    throw new WorkflowError([`The rehearsal runner has no \`${uses}\`. It has ${known}, and actions of the workspace.`])
  }
  return { kind: 'folder', folder: inside(folder, path), repository, ref }
}

export interface Reference {
  readonly repository: string
  readonly path: string
  readonly ref: string
}

/** Reads `owner/name/path@ref`. */
export function readReference(uses: string): Reference {
  const match = /^(?<owner>[\w.-]+)\/(?<name>[\w.-]+)(?:\/(?<path>[^@]+))?@(?<ref>\S+)$/.exec(uses)
  const { owner, name, path = '', ref } = match?.groups ?? {}
  if (owner === undefined || name === undefined || ref === undefined) {
    throw new WorkflowError([
      `\`uses: ${uses}\` is neither ./path nor owner/name/path@ref, and nothing else can be rehearsed.`,
    ])
  }
  return { repository: `${owner}/${name}`, path, ref }
}

function inside(folder: string, path: string): string {
  const relative = normalize(path)
  if (isAbsolute(relative) || relative.split(sep).includes('..')) {
    throw new WorkflowError([`\`${path}\` leads out of its repository.`])
  }
  return join(folder, relative)
}
