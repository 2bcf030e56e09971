import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Frame, scopeOf } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import { renderText, renderTexts } from '../expressions/render.ts'
import type { RunStep } from '../syntax/workflow.ts'
import { WorkflowError } from '../syntax/workflow-error.ts'
import type { ExecutionResult, Fail, Stop } from './execution.ts'
import { runProcess } from './run-process.ts'

/** Runs a `run:` step in its shell. */
export async function runScript(
  step: RunStep,
  frame: Frame,
  at: EventLocation,
  stop: Stop,
  fail: Fail,
): Promise<ExecutionResult> {
  const env = renderTexts(step.env, scopeOf(frame))
  const scope = scopeOf(frame, env)
  const setting = (member: 'shell' | 'workingDirectory') =>
    renderText(step[member] ?? frame.defaults.map((defaults) => defaults[member]).find(Boolean), scope)
  const script = join(frame.job.run.folder('script'), 'run.sh')
  writeFileSync(script, `${renderText(step.run, scope)}\n`)
  const [command, ...args] = shell(setting('shell'), script)
  const cwd = join(frame.job.workspace, setting('workingDirectory') ?? '.')
  const result = await runProcess({ command, args, cwd, env }, frame, at, stop)
  if (result.outcome === 'failure') fail('The script failed. See its output above.')
  return result
}

/** Command lines from GitHub's workflow syntax, `jobs.<job_id>.steps[*].shell`. */
function shell(name: string | undefined, script: string): [string, ...string[]] {
  if (name === undefined) return ['bash', '-e', script]
  if (name === 'bash') return ['bash', '--noprofile', '--norc', '-eo', 'pipefail', script]
  if (name === 'sh') return ['sh', '-e', script]
  throw new WorkflowError([`The rehearsal runner has the shells bash and sh, not \`${name}\`.`])
}
