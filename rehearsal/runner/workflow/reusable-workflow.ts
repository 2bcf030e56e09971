// A job that calls a reusable workflow: its file, inputs, secrets and outputs.
import { join } from 'node:path'
import { asText, type Scope } from '../expressions/evaluate.ts'
import { render, renderText } from '../expressions/render.ts'
import { parseActionReference } from '../syntax/action-reference.ts'
import { readWorkflow } from '../syntax/read-workflow.ts'
import type { CallInput, CallJob, Workflow } from '../syntax/workflow.ts'
import { WorkflowError } from '../syntax/workflow-error.ts'

export interface RepositoryFolders {
  /** Of the workflow's own repository. */
  readonly source: string
  /** Of other repositories, by `owner/name`. */
  readonly repositories: Readonly<Record<string, string>>
}

/** Reads the workflow that the job calls. `./` paths in it are relative to the returned `folders.source`. */
export async function calledWorkflow(
  job: CallJob,
  folders: RepositoryFolders,
): Promise<{ workflow: Workflow; folders: RepositoryFolders }> {
  if (job.uses.startsWith('./')) return load(job, folders, job.uses)
  const { repository, path } = parseActionReference(job.uses)
  const source = folders.repositories[repository]
  if (source === undefined) {
    const known = Object.keys(folders.repositories).join(', ')
    throw new WorkflowError([
      `The rehearsal runner does not have \`${job.uses}\`. It has the repositories ${known || 'none'}.`,
    ])
  }
  return load(job, { ...folders, source }, path)
}

async function load(job: CallJob, folders: RepositoryFolders, path: string) {
  const workflow = await readWorkflow(join(folders.source, path), job.uses)
  if (workflow.call === undefined)
    throw new WorkflowError([`${job.uses} cannot be called: it lacks \`on: workflow_call\`.`])
  return { workflow, folders }
}

/** Inputs of the called workflow: given values, else defaults. Throws WorkflowError for missing, unknown and mistyped ones. */
export function callInputs(job: CallJob, called: Workflow, scope: Scope): Record<string, unknown> {
  const given = (render(job.with, scope) ?? {}) as Record<string, unknown>
  const declared = called.call?.inputs ?? {}
  const problems = unknownAndMissing('input', job, Object.keys(given), declared)
  const values = Object.entries(declared).map(([id, input]): [string, unknown] => [
    id,
    id in given ? given[id] : (render(input.default, scope) ?? empty[input.type]),
  ])
  for (const [id, value] of values) {
    const { type } = declared[id] as CallInput
    if (typeof value !== type) problems.push(`${job.uses}: input ${id} is a ${type}, not ${JSON.stringify(value)}.`)
  }
  if (problems.length > 0) throw new WorkflowError(problems)
  return Object.fromEntries(values)
}

/** Secrets of the called workflow: all of the caller's with `secrets: inherit`, else those that the job names. */
export function callSecrets(
  job: CallJob,
  called: Workflow,
  scope: Scope,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  if (job.secrets === 'inherit') return { ...own }
  const given = (render(job.secrets, scope) ?? {}) as Record<string, unknown>
  const problems = unknownAndMissing('secret', job, Object.keys(given), called.call?.secrets ?? {})
  if (problems.length > 0) throw new WorkflowError(problems)
  const token = own['GITHUB_TOKEN']
  const named = Object.entries(given).map(([id, value]) => [id, asText(value)])
  // Every workflow has GITHUB_TOKEN. The caller does not pass it.
  return { ...(token === undefined ? {} : { GITHUB_TOKEN: token }), ...Object.fromEntries(named) }
}

/** Outputs of the called workflow, from those of its jobs. */
export function callOutputs(
  called: Workflow,
  jobs: Readonly<Record<string, unknown>>,
  scope: Scope,
): Record<string, string> {
  const inner = { ...scope, contexts: { ...scope.contexts, jobs } }
  const declared = Object.entries(called.call?.outputs ?? {})
  return Object.fromEntries(declared.map(([id, value]) => [id, renderText(value, inner) ?? '']))
}

function unknownAndMissing(
  kind: 'input' | 'secret',
  job: CallJob,
  given: readonly string[],
  declared: Readonly<Record<string, { readonly required: boolean }>>,
): string[] {
  const known = Object.keys(declared)
  const unknown = given.filter((id) => !known.includes(id))
  const missing = known.filter((id) => declared[id]?.required && !given.includes(id))
  return [
    ...unknown.map((id) => `${job.uses} has no ${kind} ${id}. It has ${known.join(', ') || 'none'}.`),
    ...missing.map((id) => `${job.uses} requires the ${kind} ${id}, but job ${job.id} does not set it.`),
  ]
}

const empty = { string: '', boolean: false, number: 0 }
