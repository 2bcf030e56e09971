// A job that calls a workflow: which file it names, and what it hands over.
import { join } from 'node:path'
import { asText, type Scope } from '../expressions/evaluate.ts'
import { render, renderText } from '../expressions/render.ts'
import { readReference } from '../syntax/action-reference.ts'
import { type CallInput, type CallJob, readWorkflow, type Workflow, WorkflowError } from '../syntax/workflow.ts'

/** Where a workflow's own repository lies, and where others do. */
export interface Library {
  readonly source: string
  readonly repositories: Readonly<Record<string, string>>
}

/** Reads the workflow that the job calls. Its own `./` paths are relative to the repository it lies in. */
export async function calledWorkflow(
  job: CallJob,
  library: Library,
): Promise<{ workflow: Workflow; library: Library }> {
  if (job.uses.startsWith('./')) return load(job, library, job.uses)
  const { repository, path } = readReference(job.uses)
  const source = library.repositories[repository]
  if (source === undefined) {
    const known = Object.keys(library.repositories).join(', ')
    throw new WorkflowError([`The rehearsal runner has no \`${job.uses}\`. It has the repositories ${known}.`])
  }
  return load(job, { ...library, source }, path)
}

async function load(job: CallJob, library: Library, path: string) {
  const workflow = await readWorkflow(join(library.source, path), job.uses)
  if (workflow.call === undefined)
    throw new WorkflowError([`${job.uses} cannot be called: it lacks \`on: workflow_call\`.`])
  return { workflow, library }
}

/** The called workflow's inputs: each of its declared type, as given, else by default. */
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

/** The called workflow's secrets: all of the caller's where it says `inherit`, else the ones it names. */
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
  // GITHUB_TOKEN is there in every workflow, without being handed over.
  return { ...(token === undefined ? {} : { GITHUB_TOKEN: token }), ...Object.fromEntries(named) }
}

/** The called workflow's outputs, from those of its jobs. */
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
    ...missing.map((id) => `${job.uses} requires the ${kind} ${id}, which job ${job.id} does not give.`),
  ]
}

const empty = { string: '', boolean: false, number: 0 }
