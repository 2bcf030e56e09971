// `uses:` of a step or a job: `./path`, or `owner/name/path@ref`.
import { isAbsolute, join, normalize, sep } from 'node:path'
import { WorkflowError } from './workflow-error.ts'

export interface ActionReference {
  /** Such as `actions/checkout`. */
  readonly repository: string
  /** Path inside the repository; empty for its root. */
  readonly path: string
  readonly ref: string
}

/** Parses `owner/name/path@ref`. Throws WorkflowError for anything else, such as `docker://`. */
export function parseActionReference(uses: string): ActionReference {
  const match = /^(?<owner>[\w.-]+)\/(?<name>[\w.-]+)(?:\/(?<path>[^@]+))?@(?<ref>\S+)$/.exec(uses)
  const { owner, name, path = '', ref } = match?.groups ?? {}
  if (owner === undefined || name === undefined || ref === undefined) {
    throw new WorkflowError([
      `\`uses: ${uses}\` is neither ./path nor owner/name/path@ref. The rehearsal runner supports only these.`,
    ])
  }
  return { repository: `${owner}/${name}`, path, ref }
}

/** Joins a path of a workflow to its repository's folder. Throws WorkflowError for a path that leads out of it. */
export function pathInside(folder: string, path: string): string {
  const relative = normalize(path)
  if (isAbsolute(relative) || relative.split(sep).includes('..')) {
    throw new WorkflowError([`\`${path}\` leads out of its repository.`])
  }
  return join(folder, relative)
}
