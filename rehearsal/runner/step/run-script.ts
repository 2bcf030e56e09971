// A `run:` step.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Frame, scopeOf } from '../contexts/state.ts'
import type { Place } from '../events.ts'
import { renderText, renderTexts } from '../expressions/render.ts'
import { type RunStep, WorkflowError } from '../syntax/workflow.ts'
import type { Fail } from './record-step.ts'
import { type Performed, perform, type Stop } from './run-process.ts'

export async function runScript(step: RunStep, frame: Frame, at: Place, stop: Stop, fail: Fail): Promise<Performed> {
  const env = renderTexts(step.env, scopeOf(frame))
  const scope = scopeOf(frame, env)
  const asked = (member: 'shell' | 'workingDirectory') =>
    renderText(step[member] ?? frame.defaults.map((defaults) => defaults[member]).find(Boolean), scope)
  const script = join(frame.job.session.folder('script'), 'run.sh')
  writeFileSync(script, `${renderText(step.run, scope)}\n`)
  const [command, ...args] = shell(asked('shell'), script)
  const cwd = join(frame.job.workspace, asked('workingDirectory') ?? '.')
  const done = await perform({ command, args, cwd, env }, frame, at, stop)
  if (done.outcome === 'failure') fail('The script failed; its output says why.')
  return done
}

/** The command lines that GitHub documents for its shells. */
function shell(name: string | undefined, script: string): [string, ...string[]] {
  if (name === undefined) return ['bash', '-e', script]
  if (name === 'bash') return ['bash', '--noprofile', '--norc', '-eo', 'pipefail', script]
  if (name === 'sh') return ['sh', '-e', script]
  throw new WorkflowError([`The rehearsal runner has the shells bash and sh, not \`${name}\`.`])
}
