import type { Trigger } from '../options.ts'
import type { DispatchInput, Workflow } from '../syntax/workflow.ts'
import { WorkflowError } from '../syntax/workflow-error.ts'

/** Inputs of a `workflow_dispatch` run: given values, else defaults, each in its declared type. Throws WorkflowError. */
export function dispatchInputs({ file, dispatch }: Workflow, trigger: Trigger): Record<string, unknown> {
  if (trigger.event !== 'workflow_dispatch') return {}
  const given = trigger.inputs
  const unknown = Object.keys(given).filter((id) => !(id in dispatch))
  const problems = [
    ...unknown.map((id) => `unknown input ${id}. The workflow has ${Object.keys(dispatch).join(', ') || 'none'}.`),
    ...Object.entries(dispatch).flatMap(([id, input]) => problemsOf(id, input, given[id])),
  ]
  if (problems.length > 0) throw new WorkflowError(problems.map((problem) => `${file}: ${problem}`))
  return Object.fromEntries(
    Object.entries(dispatch).map(([id, input]) => [id, typed(input.type, given[id] ?? input.default)]),
  )
}

function problemsOf(id: string, { required, options, default: otherwise }: DispatchInput, given?: string): string[] {
  const value = given ?? otherwise
  if (required && value === '') return [`required input ${id} is missing.`]
  return options.length > 0 && value !== '' && !options.includes(value)
    ? [`input ${id} is '${value}', but must be one of ${options.join(', ')}.`]
    : []
}

function typed(type: DispatchInput['type'], value: string): unknown {
  if (type === 'boolean') return value === 'true'
  return type === 'number' && value !== '' ? Number(value) : value
}
