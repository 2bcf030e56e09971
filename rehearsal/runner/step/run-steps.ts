import { type Frame, scopeOf } from '../contexts/state.ts'
import type { Conclusion, EventLocation } from '../events.ts'
import { holds, type Scope } from '../expressions/evaluate.ts'
import { render, renderText, renderTexts } from '../expressions/render.ts'
import type { Step } from '../syntax/workflow.ts'
import { type ExecutionResult, emptyResult, type Fail, type Stop } from './execution.ts'
import { recordStep } from './record-step.ts'
import { runAction } from './run-action.ts'
import { runScript } from './run-script.ts'

/** Runs the steps of a frame, one after the other. `parents` are the ids of the steps that use the composite action. */
export async function runSteps(steps: readonly Step[], frame: Frame, parents: readonly string[] = []): Promise<void> {
  for (const step of steps) {
    await runStep(step, frame, { job: frame.job.jobPath, step: [...parents, step.id].join('/') })
  }
}

async function runStep(step: Step, frame: Frame, at: EventLocation): Promise<void> {
  const uses = step.kind === 'uses' ? step.uses : undefined
  const result = await recordStep(frame.job, { at, uses, phase: 'main', name: nameOf(step, frame) }, async (fail) => {
    // As on GitHub, the step's condition sees the step's own `env`.
    const scope = scopeOf(frame, renderTexts(step.env, scopeOf(frame)))
    if (frame.job.run.cutOff.aborted || !holds(step.condition, scope)) return { ...emptyResult, outcome: 'skipped' }
    return withTimeout(step, frame, scope, fail, (stop) =>
      step.kind === 'run' ? runScript(step, frame, at, stop, fail) : runAction(step, frame, at, stop, runSteps),
    )
  })
  const continues = result.outcome === 'failure' && render(step.continueOnError, scopeOf(frame)) === true
  const concluded = { ...result, conclusion: continues ? ('success' as const) : result.outcome }
  frame.steps[step.id] = { outcome: concluded.outcome, conclusion: concluded.conclusion, outputs: concluded.outputs }
  frame.failed ||= concluded.conclusion === 'failure'
  frame.job.results.push(concluded)
}

/** The step's `name`, else what it runs, as on GitHub. A name that cannot be evaluated gives the step's id. */
function nameOf(step: Step, frame: Frame): string {
  try {
    const scope = scopeOf(frame)
    const otherwise = step.kind === 'uses' ? step.uses : renderText(step.run, scope)?.trim().split('\n')[0]
    return renderText(step.name, scope) ?? `Run ${otherwise}`
  } catch {
    return step.id
  }
}

/** Executes a step. Stops it when it times out, or when the run is cancelled and its condition no longer holds. */
async function withTimeout(
  step: Step,
  frame: Frame,
  scope: Scope,
  fail: Fail,
  execute: (stop: Stop) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const controller = new AbortController()
  let outcome: Conclusion = 'cancelled'
  const cancel = () => {
    if (!holds(step.condition, { ...scope, status: 'cancelled' })) controller.abort()
  }
  const minutes = Number(render(step.timeoutMinutes, scope) ?? 360)
  const expire = () => {
    outcome = 'failure'
    fail(`The action '${step.kind === 'uses' ? step.uses : step.id}' has timed out after ${minutes} minutes.`)
    controller.abort()
  }
  const timer = setTimeout(expire, minutes * 60_000)
  frame.job.stop.addEventListener('abort', cancel, { once: true })
  try {
    return await execute({ signal: controller.signal, outcome: () => outcome })
  } finally {
    clearTimeout(timer)
    frame.job.stop.removeEventListener('abort', cancel)
  }
}
