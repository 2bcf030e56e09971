// Reads workflow files with GitHub's own parser, and refuses what the rehearsal runner cannot run.
import { readFileSync } from 'node:fs'
import {
  convertWorkflowTemplate,
  isMapping,
  NoOperationTraceWriter,
  parseWorkflow as parse,
} from '@actions/workflow-parser'
import { isActionStep, isReusableWorkflowJob, isRunStep } from '@actions/workflow-parser/model/type-guards'
import type { Step as ParsedStep, WorkflowJob } from '@actions/workflow-parser/model/workflow-template'
import type { MappingToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import type { CallInput, DispatchInput, Job, RunDefaults, Step, Workflow, WorkflowCall } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** Reads the workflow file at `path`. Errors name it `name`. Throws WorkflowError. */
export async function readWorkflow(path: string, name: string): Promise<Workflow> {
  return parseWorkflow(readFileSync(path, 'utf8'), name)
}

/** Parses a workflow's text with GitHub's parser. Throws WorkflowError for syntax errors and unsupported features. */
export async function parseWorkflow(content: string, file: string): Promise<Workflow> {
  const parsed = parse({ name: file, content }, new NoOperationTraceWriter())
  const root = parsed.value
  const errors = () => parsed.context.errors.getErrors().map((error) => error.message)
  if (root === undefined || errors().length > 0) throw new WorkflowError(errors())
  const template = await convertWorkflowTemplate(parsed.context, root)
  if (errors().length > 0) throw new WorkflowError(errors())

  const top = mapping(root)
  const jobTokens = mapping(top.find('jobs'))
  const jobs = template.jobs.map((job) => readJob(job, mapping(jobTokens.find(job.id.value)), file))
  return {
    file,
    name: literal(top.find('name')) ?? file,
    permissions: top.find('permissions'),
    env: top.find('env'),
    defaults: readDefaults(top.find('defaults')),
    jobs,
    call: readCall(top.find('on')),
    dispatch: readDispatch(top.find('on')),
    events: Object.keys(template.events),
  }
}

function readJob(job: WorkflowJob, token: MappingToken, file: string): Job {
  for (const feature of ['strategy', 'container', 'services', 'snapshot']) {
    if (token.find(feature) !== undefined) {
      throw new WorkflowError([
        `${file}: job ${job.id.value} has \`${feature}\`, which the rehearsal runner cannot run.`,
      ])
    }
  }
  const base = {
    id: job.id.value,
    name: token.find('name'),
    needs: (job.needs ?? []).map((need) => need.value),
    condition: job.if.expression,
    permissions: token.find('permissions'),
  }
  if (isReusableWorkflowJob(job)) {
    const secrets = job['inherit-secrets'] ? 'inherit' : token.find('secrets')
    return { ...base, kind: 'call', uses: job.ref.value, with: token.find('with'), secrets }
  }
  const stepTokens = [...(token.find('steps')?.assertSequence('steps') ?? [])]
  return {
    ...base,
    kind: 'steps',
    env: token.find('env'),
    environment: token.find('environment'),
    defaults: readDefaults(token.find('defaults')),
    outputs: token.find('outputs'),
    timeoutMinutes: token.find('timeout-minutes'),
    continueOnError: token.find('continue-on-error'),
    steps: job.steps.map((step, index) => readStep(step, mapping(stepTokens[index]), file)),
  }
}

/** One step: the parser's model of it, and the members that this model leaves out. */
export function readStep(step: ParsedStep, token: MappingToken, file: string): Step {
  if (!(isActionStep(step) || isRunStep(step)) || token.find('background') !== undefined) {
    throw new WorkflowError([
      `${file} (line ${token.line}): the rehearsal runner runs \`uses\` and \`run\` steps, one by one.`,
    ])
  }
  const base = {
    id: step.id,
    name: token.find('name'),
    condition: step.if.expression,
    env: token.find('env'),
    timeoutMinutes: token.find('timeout-minutes'),
    continueOnError: token.find('continue-on-error'),
  }
  if (isActionStep(step)) return { ...base, kind: 'uses', uses: step.uses.value, with: token.find('with') }
  return {
    ...base,
    kind: 'run',
    run: step.run,
    shell: token.find('shell'),
    workingDirectory: token.find('working-directory'),
  }
}

function readDefaults(token: TemplateToken | undefined): RunDefaults {
  const run = token === undefined ? undefined : mapping(token).find('run')
  if (run === undefined) return {}
  return { shell: mapping(run).find('shell'), workingDirectory: mapping(run).find('working-directory') }
}

function readCall(on: TemplateToken | undefined): WorkflowCall | undefined {
  const declared = eventOf('workflow_call', on)
  if (declared === undefined) return undefined
  const part = (name: string) => (isMapping(declared) ? entries(declared.find(name)) : [])
  return {
    inputs: Object.fromEntries(
      part('inputs').map(([id, input]) => [
        id,
        {
          type: (literal(input?.find('type')) ?? 'string') as CallInput['type'],
          required: literal(input?.find('required')) === 'true',
          default: input?.find('default'),
        },
      ]),
    ),
    secrets: Object.fromEntries(
      part('secrets').map(([id, secret]) => [id, { required: literal(secret?.find('required')) === 'true' }]),
    ),
    outputs: Object.fromEntries(part('outputs').map(([id, output]) => [id, output?.find('value')])),
  }
}

function readDispatch(on: TemplateToken | undefined): Workflow['dispatch'] {
  const declared = eventOf('workflow_dispatch', on)
  const inputs = declared !== undefined && isMapping(declared) ? entries(declared.find('inputs')) : []
  return Object.fromEntries(
    inputs.map(([id, input]): [string, DispatchInput] => [
      id,
      {
        type: (literal(input?.find('type')) ?? 'string') as DispatchInput['type'],
        required: literal(input?.find('required')) === 'true',
        default: literal(input?.find('default')) ?? '',
        options: [...(input?.find('options')?.assertSequence('options') ?? [])].map(String),
      },
    ]),
  )
}

/** The value of one event below `on:`. */
const eventOf = (name: string, on: TemplateToken | undefined): TemplateToken | undefined =>
  on !== undefined && isMapping(on) ? [...on].find(({ key }) => key.toString() === name)?.value : undefined

const entries = (token: TemplateToken | undefined): [string, MappingToken | undefined][] =>
  token !== undefined && isMapping(token)
    ? [...token].map(({ key, value }) => [key.toString(), isMapping(value) ? value : undefined])
    : []

const mapping = (token: TemplateToken | undefined): MappingToken => {
  if (token === undefined) throw new Error('A mapping is missing in a file that the parser accepted.')
  return token.assertMapping('workflow')
}

const literal = (token: TemplateToken | undefined): string | undefined => token?.assertScalar('value').toString()
