// Runs one process for a step, and takes in what it said.
import { delimiter } from 'node:path'
import { offerFiles, readFiles } from '../commands/file-commands.ts'
import { listen } from '../commands/step-output.ts'
import { githubVariables } from '../contexts/github-context.ts'
import type { Frame } from '../contexts/state.ts'
import type { Conclusion, Place } from '../events.ts'
import { githubsPatience, type Invocation, invoke } from '../process/spawn.ts'

/** What a step came to. */
export interface Performed {
  readonly outcome: Conclusion
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
}

export interface Performance extends Omit<Invocation, 'env'> {
  /** The step's own variables: its `env`, and what its kind adds. */
  readonly env: Readonly<Record<string, string>>
}

/** Whether, and why, a step has to end early. */
export interface Stop {
  readonly signal: AbortSignal
  readonly outcome: () => Conclusion
}

export async function perform(performance: Performance, frame: Frame, at: Place, stop: Stop): Promise<Performed> {
  const { job } = frame
  const { options, mask, on, cutOff } = job.session
  const folder = job.session.folder('files')
  const listener = listen(at, mask, on)
  const env = environment(performance.env, frame, offerFiles(folder))
  const ended = await invoke({ ...performance, env }, listener.line, {
    stop: stop.signal,
    kill: cutOff,
    patience: options.patience ?? githubsPatience,
  })

  const said = readFiles(folder)
  Object.assign(job.env, said.env)
  job.path.unshift(...said.path.toReversed())
  const problems = [...listener.problems, ...said.problems]
  for (const message of problems) listener.annotate({ level: 'error', message })
  return {
    outcome: ended.stopped ? stop.outcome() : ended.code === 0 && problems.length === 0 ? 'success' : 'failure',
    outputs: said.outputs,
    state: said.state,
    summary: mask.apply(said.summary),
  }
}

/** From the machine's environment to the step's own: what comes later wins, and nobody overrides the runner. */
function environment(
  own: Readonly<Record<string, string>>,
  { job, env, action }: Frame,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const merged: Record<string, string> = {
    ...job.session.options.env,
    ...job.env,
    ...env,
    ...own,
    ...githubVariables({ ...job.github, ...action }),
    ...runnerVariables(job.contexts['runner'] as Record<string, string>),
    ...job.idTokenEnv,
    ...files,
    RUNNER_TRACKING_ID: job.trackingId,
  }
  return { ...merged, PATH: [...job.path, merged['PATH'] ?? ''].join(delimiter) }
}

const runnerVariables = (runner: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(runner).map(([name, value]) => [`RUNNER_${name.toUpperCase()}`, value]))

/** What a step comes to that had nothing to do. */
export const nothing: Performed = { outcome: 'success', outputs: {}, state: {}, summary: '' }
