// Runs a list of steps, one after the other: each asks its condition, does its work, and leaves its outcome.

import { type Frame, scopeOf } from '../contexts/state.ts'
import type { Conclusion, Place } from '../events.ts'
import { holds, type Scope } from '../expressions/evaluate.ts'
import { render, renderText, renderTexts } from '../expressions/render.ts'
import type { Step } from '../syntax/workflow.ts'
import { type Fail, reported } from './record-step.ts'
import { runUses } from './run-action.ts'
import { nothing, type Performed, type Stop } from './run-process.ts'
import { runScript } from './run-script.ts'

/** Runs the steps of a frame. `within` names the steps that use the composite action, if that is what the frame is. */
export async function runSteps(steps: readonly Step[], frame: Frame, within: readonly string[] = []): Promise<void> {
  for (const step of steps) await runStep(step, frame, { job: frame.job.place, step: [...within, step.id].join('/') })
}

async function runStep(step: Step, frame: Frame, at: Place): Promise<void> {
  const uses = step.kind === 'uses' ? step.uses : undefined
  const result = await reported(frame.job, { at, uses, phase: 'main', name: nameOf(step, frame) }, async (fail) => {
    // As on GitHub, a step's own `env` is there in its condition.
    const scope = scopeOf(frame, renderTexts(step.env, scopeOf(frame)))
    if (frame.job.session.cutOff.aborted || !holds(step.condition, scope)) return { ...nothing, outcome: 'skipped' }
    return inTime(step, frame, scope, fail, (stop) =>
      step.kind === 'run' ? runScript(step, frame, at, stop, fail) : runUses(step, frame, at, stop),
    )
  })
  const forgiven = result.outcome === 'failure' && render(step.continueOnError, scopeOf(frame)) === true
  const settled = { ...result, conclusion: forgiven ? ('success' as const) : result.outcome }
  frame.steps[step.id] = { outcome: settled.outcome, conclusion: settled.conclusion, outputs: settled.outputs }
  frame.failed ||= settled.conclusion === 'failure'
  frame.job.results.push(settled)
}

/** GitHub names a step by its `name`, else by what it runs. A name that cannot be evaluated is left as the step's id. */
function nameOf(step: Step, frame: Frame): string {
  try {
    const scope = scopeOf(frame)
    const otherwise = step.kind === 'uses' ? step.uses : renderText(step.run, scope)?.trim().split('\n')[0]
    return renderText(step.name, scope) ?? `Run ${otherwise}`
  } catch {
    return step.id
  }
}

/** Works until the step is done, its time is over, or the run is cancelled and the step's condition no longer holds. */
async function inTime(
  step: Step,
  frame: Frame,
  scope: Scope,
  fail: Fail,
  work: (stop: Stop) => Promise<Performed>,
): Promise<Performed> {
  const controller = new AbortController()
  let outcome: Conclusion = 'cancelled'
  const cancel = () => {
    if (!holds(step.condition, { ...scope, status: 'cancelled' })) controller.abort()
  }
  const minutes = Number(render(step.timeoutMinutes, scope) ?? 360)
  const expire = () => {
    outcome = 'failure'
    fail(`The action '${at(step)}' has timed out after ${minutes} minutes.`)
    controller.abort()
  }
  const timer = setTimeout(expire, minutes * 60_000)
  frame.job.stop.addEventListener('abort', cancel, { once: true })
  try {
    return await work({ signal: controller.signal, outcome: () => outcome })
  } finally {
    clearTimeout(timer)
    frame.job.stop.removeEventListener('abort', cancel)
  }
}

const at = (step: Step) => (step.kind === 'uses' ? step.uses : step.id)
