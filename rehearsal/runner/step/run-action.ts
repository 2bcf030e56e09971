// A `uses:` step: a Node action, a composite action, or a stand-in.
import { join } from 'node:path'
import { type Frame, scopeOf } from '../contexts/state.ts'
import type { Place } from '../events.ts'
import { renderText, renderTexts } from '../expressions/render.ts'
import type { StandIn } from '../stand-in.ts'
import { type Action, type CompositeRuns, type NodeRuns, readAction } from '../syntax/action-metadata.ts'
import { resolveUses } from '../syntax/action-reference.ts'
import { type UsesStep, WorkflowError } from '../syntax/workflow.ts'
import { nothing, type Performed, perform, type Stop } from './run-process.ts'
import { runSteps } from './run-steps.ts'

type Texts = Readonly<Record<string, string>>

export async function runUses(step: UsesStep, frame: Frame, at: Place, stop: Stop): Promise<Performed> {
  const { workspace, session } = frame.job
  const used = resolveUses(step.uses, workspace, session.options.repositories, session.options.standIns)
  const env = renderTexts(step.env, scopeOf(frame))
  const given = renderTexts(step.with, scopeOf(frame, env))
  if (used.kind === 'stand-in') return runStandIn(step.uses, used.standIn, given, env, frame, at)

  const action = readAction(used.folder, step.uses)
  const inputs = inputsOf(action, given, frame, at)
  const origin = used.repository === undefined ? {} : { action_repository: used.repository, action_ref: used.ref ?? '' }
  const facts = { action: step.id, action_path: action.folder, ...origin }
  const { runs } = action
  if (runs.using === 'composite') {
    return runComposite(action, runs, { ...frame, inputs, env: { ...frame.env, ...env }, action: facts }, at)
  }
  return runNode(action, runs, step.uses, { ...env, ...inputVariables(inputs) }, { ...frame, action: facts }, at, stop)
}

async function runNode(
  action: Action,
  runs: NodeRuns,
  uses: string,
  env: Texts,
  frame: Frame,
  at: Place,
  stop: Stop,
): Promise<Performed> {
  const { workspace, session, posts } = frame.job
  const invocation = { command: session.options.node, args: [join(action.folder, runs.main)], cwd: workspace, env }
  const done = await perform(invocation, frame, at, stop)
  if (runs.post !== undefined) {
    const args = [join(action.folder, runs.post)]
    const post = { name: `Post ${action.name}`, uses, at, condition: runs.postCondition, state: done.state }
    posts.push({ ...post, frame, invocation: { ...invocation, args } })
  }
  return done
}

/** A composite action's steps run as the job's own do, with a memory of their own. */
async function runComposite(action: Action, runs: CompositeRuns, outer: Frame, at: Place): Promise<Performed> {
  const frame: Frame = { ...outer, defaults: [], steps: {}, failed: false }
  await runSteps(runs.steps, frame, [at.step ?? ''])
  const scope = scopeOf(frame)
  const outputs = Object.entries(action.outputs).map(([id, output]) => [id, renderText(output.value, scope) ?? ''])
  const outcome = frame.failed ? 'failure' : frame.job.stop.aborted ? 'cancelled' : 'success'
  return { ...nothing, outcome, outputs: Object.fromEntries(outputs) }
}

async function runStandIn(
  uses: string,
  standIn: StandIn,
  inputs: Texts,
  env: Texts,
  frame: Frame,
  at: Place,
): Promise<Performed> {
  const unknown = Object.keys(inputs).filter((name) => !standIn.inputs.includes(name))
  if (unknown.length > 0) {
    throw new WorkflowError([
      `The stand-in for ${uses} has no input ${unknown.join(', ')}. It has ${standIn.inputs.join(', ')}.`,
    ])
  }
  const { job } = frame
  const { mask, on, options } = job.session
  const result = await standIn.run({
    inputs,
    env: { ...options.env, ...job.env, ...frame.env, ...env },
    github: job.github,
    permissions: job.permissions,
    workspace: job.workspace,
    source: options.source,
    say: (line) => on({ type: 'log', at, line: mask.apply(line) }),
    mask: (secret) => mask.add(secret),
  })
  Object.assign(job.env, result.env)
  return { ...nothing, outputs: result.outputs ?? {} }
}

/** An action's inputs: as given, else by default. One that the action does not know gets GitHub's warning. */
function inputsOf(action: Action, given: Texts, frame: Frame, at: Place): Texts {
  const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  const known = action.inputs.map((input) => input.id)
  const unexpected = [...values.keys()].filter((name) => !known.some((id) => id.toLowerCase() === name))
  if (unexpected.length > 0) {
    const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
    const message = `Unexpected input(s) ${list(unexpected)}, valid inputs are [${list(known)}]`
    frame.job.session.on({ type: 'annotation', at, annotation: { level: 'warning', message } })
  }
  const scope = scopeOf(frame)
  return Object.fromEntries(
    action.inputs.flatMap(({ id, default: otherwise }) => {
      const value = values.get(id.toLowerCase()) ?? renderText(otherwise, scope)
      return value === undefined ? [] : [[id, value]]
    }),
  )
}

const inputVariables = (inputs: Texts): Texts =>
  Object.fromEntries(
    Object.entries(inputs).map(([id, value]) => [`INPUT_${id.replaceAll(' ', '_').toUpperCase()}`, value]),
  )
