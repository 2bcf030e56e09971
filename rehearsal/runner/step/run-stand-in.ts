import type { Frame } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import type { StandIn } from '../stand-in.ts'
import { WorkflowError } from '../syntax/workflow-error.ts'
import { type ExecutionResult, emptyResult } from './execution.ts'

type Texts = Readonly<Record<string, string>>

/** Runs a stand-in in place of the action `uses`. Throws WorkflowError for an input that the stand-in does not have. */
export async function runStandIn(
  uses: string,
  standIn: StandIn,
  inputs: Texts,
  env: Texts,
  frame: Frame,
  at: EventLocation,
): Promise<ExecutionResult> {
  const unknown = Object.keys(inputs).filter((name) => !standIn.inputs.includes(name))
  if (unknown.length > 0) {
    throw new WorkflowError([
      `The stand-in for ${uses} has no input ${unknown.join(', ')}. It has ${standIn.inputs.join(', ')}.`,
    ])
  }
  const { job } = frame
  const { mask, on, options } = job.run
  const result = await standIn.run({
    inputs,
    env: { ...options.env, ...job.env, ...frame.env, ...env },
    github: job.github,
    permissions: job.permissions,
    workspace: job.workspace,
    source: options.source,
    log: (line) => on({ type: 'log', at, line: mask.apply(line) }),
    mask: (secret) => mask.add(secret),
  })
  Object.assign(job.env, result.env)
  return { ...emptyResult, outputs: result.outputs ?? {} }
}
