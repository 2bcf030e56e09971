import { join } from 'node:path'
import { type Frame, scopeOf } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import { renderText, renderTexts } from '../expressions/render.ts'
import { type Action, type CompositeRuns, type NodeRuns, readAction } from '../syntax/action-metadata.ts'
import type { Step, UsesStep } from '../syntax/workflow.ts'
import { actionInputs, inputVariables } from './action-inputs.ts'
import { type ExecutionResult, emptyResult, type Stop } from './execution.ts'
import { resolveAction } from './resolve-action.ts'
import { runProcess } from './run-process.ts'
import { runStandIn } from './run-stand-in.ts'

/** Runs the steps of a composite action. A parameter, because steps in turn run actions. */
type RunSteps = (steps: readonly Step[], frame: Frame, parents: readonly string[]) => Promise<void>

/** Runs a `uses:` step: a Node action, a composite action, or a stand-in. */
export async function runAction(
  step: UsesStep,
  frame: Frame,
  at: EventLocation,
  stop: Stop,
  runSteps: RunSteps,
): Promise<ExecutionResult> {
  const { workspace, run } = frame.job
  const resolved = resolveAction(step.uses, workspace, run.options.repositories, run.options.standIns)
  const env = renderTexts(step.env, scopeOf(frame))
  const given = renderTexts(step.with, scopeOf(frame, env))
  if (resolved.kind === 'stand-in') return runStandIn(step.uses, resolved.standIn, given, env, frame, at)

  const action = readAction(resolved.folder, step.uses)
  const inputs = actionInputs(action, given, frame, at)
  const origin =
    resolved.repository === undefined ? {} : { action_repository: resolved.repository, action_ref: resolved.ref ?? '' }
  const context = { action: step.id, action_path: action.folder, ...origin }
  const { runs } = action
  if (runs.using === 'composite') {
    const inner = { ...frame, inputs, env: { ...frame.env, ...env }, action: context }
    return runComposite(action, runs, inner, at, runSteps)
  }
  const variables = { ...env, ...inputVariables(inputs) }
  return runNode(action, runs, step.uses, variables, { ...frame, action: context }, at, stop)
}

async function runNode(
  action: Action,
  runs: NodeRuns,
  uses: string,
  env: Readonly<Record<string, string>>,
  frame: Frame,
  at: EventLocation,
  stop: Stop,
): Promise<ExecutionResult> {
  const { workspace, run, posts } = frame.job
  const invocation = { command: run.options.node, args: [join(action.folder, runs.main)], cwd: workspace, env }
  const result = await runProcess(invocation, frame, at, stop)
  if (runs.post !== undefined) {
    const args = [join(action.folder, runs.post)]
    const post = { name: `Post ${action.name}`, uses, at, condition: runs.postCondition, state: result.state }
    posts.push({ ...post, frame, invocation: { ...invocation, args } })
  }
  return result
}

/** The steps of a composite action have a `steps` context of their own. */
async function runComposite(
  action: Action,
  runs: CompositeRuns,
  outer: Frame,
  at: EventLocation,
  runSteps: RunSteps,
): Promise<ExecutionResult> {
  const frame: Frame = { ...outer, defaults: [], steps: {}, failed: false }
  await runSteps(runs.steps, frame, [at.step ?? ''])
  const scope = scopeOf(frame)
  const outputs = Object.entries(action.outputs).map(([id, output]) => [id, renderText(output.value, scope) ?? ''])
  const outcome = frame.failed ? 'failure' : frame.job.stop.aborted ? 'cancelled' : 'success'
  return { ...emptyResult, outcome, outputs: Object.fromEntries(outputs) }
}
