// Checks a workflow file against the actions and workflows of this repository: what it uses, gives and expects.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { readAction } from '../../rehearsal/runner/syntax/action-metadata.ts'
import { parseActionReference } from '../../rehearsal/runner/syntax/action-reference.ts'
import { parseWorkflow, readWorkflow } from '../../rehearsal/runner/syntax/read-workflow.ts'
import type { CallJob, Job, StepsJob, UsesStep, Workflow } from '../../rehearsal/runner/syntax/workflow.ts'
import { WorkflowError } from '../../rehearsal/runner/syntax/workflow-error.ts'

/** This repository, as others name it. */
const own = 'slipway/slipway'

interface Place {
  readonly root: string
  readonly file: string
  readonly content: string
}

/** An action as its users see it. */
export interface Manifest {
  readonly id: string
  readonly inputs: readonly { readonly id: string; readonly required: boolean; readonly hasDefault: boolean }[]
  readonly outputs: readonly string[]
}

/** All that is wrong with a workflow file, one line each. */
export async function problemsOf(content: string, file: string, root: string): Promise<string[]> {
  try {
    const workflow = await parseWorkflow(content, file)
    const place = { root, file, content }
    const jobs = await Promise.all(workflow.jobs.map((job) => jobProblems(job, workflow, place)))
    return [...jobs.flat(), ...(await jobOutputProblems(workflow, place)), ...contextProblems(workflow, content)]
  } catch (error) {
    if (error instanceof WorkflowError) return error.message.split('\n')
    throw error
  }
}

async function jobProblems(job: Job, workflow: Workflow, place: Place): Promise<string[]> {
  const permissions = job.permissions === undefined ? [`job ${job.id} does not say its permissions`] : []
  if (job.kind === 'call') return [...permissions, ...(await callProblems(job, place))]
  const steps = job.steps.flatMap((step) => (step.kind === 'uses' ? usesProblems(step, place) : []))
  return [...permissions, ...steps, ...stepOutputProblems(job, workflow, place)]
}

function usesProblems(step: UsesStep, place: Place): string[] {
  const folder = ownFolder(step.uses, place)
  if (folder === undefined) return pinProblems(step.uses, place)
  const manifest = manifestOf(folder, place)
  if (typeof manifest === 'string') return [manifest]
  const given = keysOf(step.with)
  const unknown = given.filter((id) => !manifest.inputs.some((input) => input.id === id))
  return [...unknown.map((id) => `${manifest.id} has no input ${id}`), ...missingInputs(manifest, given)]
}

/** Inputs that must be given and are not. */
export function missingInputs(manifest: Manifest, given: readonly string[]): string[] {
  return manifest.inputs
    .filter(({ id, required, hasDefault }) => required && !hasDefault && !given.includes(id))
    .map(({ id }) => `${manifest.id} requires the input ${id}`)
}

/** Actions of others are pinned to a commit, and a comment says which version that is. */
function pinProblems(uses: string, { content }: Place): string[] {
  const { ref } = parseActionReference(uses)
  if (!/^[0-9a-f]{40}$/.test(ref)) return [`${uses} is not pinned to a commit`]
  const lines = content.split('\n').filter((line) => line.includes(uses))
  return lines.every((line) => /# v\d+\.\d+\.\d+/.test(line)) ? [] : [`${uses} lacks the comment with its version`]
}

async function callProblems(job: CallJob, place: Place): Promise<string[]> {
  const called = await calledBy(job, place)
  const problems = (
    kind: 'input' | 'secret',
    given: readonly string[],
    declared: Readonly<Record<string, { required: boolean }>>,
  ) => [
    ...given.filter((id) => !(id in declared)).map((id) => `${called.file} has no ${kind} ${id}`),
    ...Object.entries(declared)
      .filter(([id, { required }]) => required && !given.includes(id))
      .map(([id]) => `${called.file} requires the ${kind} ${id}`),
  ]
  const secrets = job.secrets === 'inherit' ? [] : problems('secret', keysOf(job.secrets), called.call?.secrets ?? {})
  return [...problems('input', keysOf(job.with), called.call?.inputs ?? {}), ...secrets]
}

/** `steps.x.outputs.y` names a step of the job and an output of its action. */
function stepOutputProblems(job: StepsJob, { file }: Workflow, place: Place): string[] {
  const text = JSON.stringify(parseYaml(place.content).jobs[job.id])
  return references(text, /steps\.(?<of>[\w-]+)\.outputs\.(?<name>[\w-]+)/g).flatMap(([id, output]) => {
    const step = job.steps.find((candidate) => candidate.id === id)
    if (step === undefined) return [`${file}: there is no step ${id}`]
    const known = step.kind === 'run' ? undefined : outputsOf(step, place)
    return known === undefined || known.includes(output) ? [] : [`step ${id} has no output ${output}`]
  })
}

/** `needs.x.outputs.y` and `jobs.x.outputs.y` name a job and an output of it. */
async function jobOutputProblems(workflow: Workflow, place: Place): Promise<string[]> {
  const known = new Map<string, readonly string[]>()
  for (const job of workflow.jobs) {
    known.set(
      job.id,
      job.kind === 'steps' ? keysOf(job.outputs) : Object.keys((await calledBy(job, place)).call?.outputs ?? {}),
    )
  }
  return references(place.content, /(?:needs|jobs)\.(?<of>[\w-]+)\.outputs\.(?<name>[\w-]+)/g)
    .filter(([id, output]) => !known.get(id)?.includes(output))
    .map(([id, output]) => `job ${id} has no output ${output}`)
}

/** `inputs.x` and `secrets.x` of a workflow that is only ever called are among those it declares. */
function contextProblems(workflow: Workflow, content: string): string[] {
  const { call } = workflow
  if (call === undefined) return []
  const expressions = content.match(/\$\{\{.*?\}\}|^\s*(?:- )?if: .*$/gm)?.join('\n') ?? ''
  const named = (context: string) => references(expressions, new RegExp(`\\b(?<of>${context})\\.(?<name>[\\w-]+)`, 'g'))
  return [
    ...named('inputs')
      .filter(([, id]) => !(id in call.inputs))
      .map(([, id]) => `there is no input ${id}`),
    ...named('secrets')
      .filter(([, id]) => !(id in call.secrets) && id !== 'GITHUB_TOKEN')
      .map(([, id]) => `there is no secret ${id}`),
  ]
}

function outputsOf(step: UsesStep, place: Place): readonly string[] | undefined {
  const folder = ownFolder(step.uses, place)
  const manifest = folder === undefined ? undefined : manifestOf(folder, place)
  if (manifest === undefined || typeof manifest === 'string') return undefined
  // terraform-apply also gives each output of the stack under its own name.
  return manifest.id === 'terraform-apply' ? [...manifest.outputs, ...stackOutputs(place.root)] : manifest.outputs
}

const stackOutputs = (root: string): string[] =>
  globSync('examples/*/infra/*.tf', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^output "([\w-]+)"/gm)].map(([, name]) => name ?? ''),
  )

/** The folder of an action of this repository; `undefined` for one of somebody else. */
function ownFolder(uses: string, { root, file }: Place): string | undefined {
  if (uses.startsWith('./')) return join(root, dirname(file).replace(/\.github\/workflows$/, ''), uses)
  const { repository, path } = parseActionReference(uses)
  return repository === own ? join(root, path) : undefined
}

function manifestOf(folder: string, { root }: Place): Manifest | string {
  const id = folder.slice(root.length + 1)
  if (!existsSync(join(folder, 'action.yml'))) return `${id} has no action.yml`
  const action = readAction(folder, id)
  return {
    id: id.slice(id.lastIndexOf('/') + 1),
    inputs: action.inputs.map((input) => ({ ...input, hasDefault: input.default !== undefined })),
    outputs: Object.keys(action.outputs),
  }
}

function calledBy(job: CallJob, { root }: Place): Promise<Workflow> {
  const path = job.uses.startsWith('./') ? job.uses.slice(2) : parseActionReference(job.uses).path
  return readWorkflow(join(root, path), path.slice(path.lastIndexOf('/') + 1))
}

const keysOf = (token: StepsJob['outputs'] | 'inherit'): string[] =>
  token === undefined || token === 'inherit' ? [] : [...token.assertMapping('mapping')].map(({ key }) => key.toString())

function references(text: string, pattern: RegExp): [of: string, name: string][] {
  const found = [...text.matchAll(pattern)].map((match) => [match.groups?.['of'] ?? '', match.groups?.['name'] ?? ''])
  return [...new Map(found.map((pair) => [pair.join('.'), pair as [string, string]])).values()]
}
