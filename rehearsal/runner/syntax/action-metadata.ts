import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoOperationTraceWriter } from '@actions/workflow-parser'
import { type ActionRunsNode, convertActionTemplate, parseAction } from '@actions/workflow-parser/actions/index'
import type { MappingToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import { readStep } from './read-workflow.ts'
import type { Step } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

export interface Action {
  readonly folder: string
  readonly name: string
  readonly inputs: readonly ActionInput[]
  readonly outputs: Readonly<Record<string, ActionOutput>>
  readonly runs: NodeRuns | CompositeRuns
}

export interface ActionInput {
  readonly id: string
  readonly description: string
  readonly required: boolean
  readonly default: TemplateToken | undefined
  readonly deprecationMessage: string | undefined
}

export interface ActionOutput {
  readonly description: string
  /** Expression for the value; composite actions only. */
  readonly value: TemplateToken | undefined
}

export interface NodeRuns {
  readonly using: 'node24'
  readonly main: string
  readonly post: string | undefined
  readonly postCondition: string
}

export interface CompositeRuns {
  readonly using: 'composite'
  readonly steps: readonly Step[]
}

/** Reads the action.yml in `folder` with GitHub's own parser. Errors name it `name`. Throws WorkflowError. */
export function readAction(folder: string, name: string): Action {
  const path = ['action.yml', 'action.yaml'].map((file) => join(folder, file)).find(existsSync)
  if (path === undefined) throw new WorkflowError([`${name} has no action.yml in ${folder}.`])
  const parsed = parseAction({ name: path, content: readFileSync(path, 'utf8') }, new NoOperationTraceWriter())
  const errors = () => parsed.context.errors.getErrors().map((error) => error.message)
  if (parsed.value === undefined || errors().length > 0) throw new WorkflowError(errors())
  const action = convertActionTemplate(parsed.context, parsed.value)
  if (errors().length > 0) throw new WorkflowError(errors())

  const runsToken = parsed.value.assertMapping('action').find('runs')?.assertMapping('runs')
  return {
    folder,
    name: action.name,
    inputs: (action.inputs ?? []).map((input) => ({
      id: input.id,
      description: input.description ?? '',
      required: input.required ?? false,
      default: input.default,
      deprecationMessage: input.deprecationMessage,
    })),
    outputs: Object.fromEntries(
      (action.outputs ?? []).map(({ id, description, value }) => [id, { description: description ?? '', value }]),
    ),
    runs:
      action.runs.using === 'composite'
        ? readComposite(action.runs.steps, runsToken, path)
        : readNode(action.runs, path),
  }
}

type Steps = Extract<ReturnType<typeof convertActionTemplate>['runs'], { using: 'composite' }>['steps']

function readComposite(steps: Steps, token: MappingToken | undefined, path: string): CompositeRuns {
  const tokens = [...(token?.find('steps')?.assertSequence('steps') ?? [])]
  return {
    using: 'composite',
    steps: steps.map((step, index) =>
      readStep({ ...step, id: step.id || `__${index}` }, (tokens[index] as TemplateToken).assertMapping('step'), path),
    ),
  }
}

function readNode(runs: ActionRunsNode | { using: 'docker' }, path: string): NodeRuns {
  if (runs.using !== 'node24') {
    throw new WorkflowError([`${path} runs on ${runs.using}. The rehearsal runner has node24 and composite.`])
  }
  if (runs.pre !== undefined) throw new WorkflowError([`${path} has a \`pre\`, which the rehearsal runner cannot run.`])
  return { using: 'node24', main: runs.main, post: runs.post, postCondition: runs.postIf ?? 'always()' }
}

/** Throws WorkflowError for a Node action whose files are missing, such as a bundle that is not built. */
export function refuseMissingFiles({ folder, name, runs }: Action): void {
  if (runs.using !== 'node24') return
  const missing = [runs.main, runs.post].filter((file) => file !== undefined && !existsSync(join(folder, file)))
  if (missing.length === 0) return
  throw new WorkflowError([
    `The action ${name} in ${folder} has no ${missing.join(' and no ')}. Build it with: npm run build`,
  ])
}
