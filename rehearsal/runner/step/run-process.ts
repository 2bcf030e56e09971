import { delimiter } from 'node:path'
import { createCommandFiles, readCommandFiles } from '../commands/file-commands.ts'
import { readStepOutput } from '../commands/step-output.ts'
import { githubVariables } from '../contexts/github-context.ts'
import type { Frame } from '../contexts/state.ts'
import type { EventLocation } from '../events.ts'
import { githubStopTimeouts, type Invocation, spawnAndWait } from '../process/spawn.ts'
import type { ExecutionResult, Stop } from './execution.ts'

/**
 * Runs one process of a step, and obeys its workflow commands and file commands. `env` of the invocation has the step's
 * own variables only; the runner's are added here.
 */
export async function runProcess(
  invocation: Invocation,
  frame: Frame,
  at: EventLocation,
  stop: Stop,
): Promise<ExecutionResult> {
  const { job } = frame
  const { options, mask, on, cutOff } = job.run
  const folder = job.run.folder('files')
  const output = readStepOutput(at, mask, on)
  const env = environment(invocation.env, frame, createCommandFiles(folder))
  const exit = await spawnAndWait({ ...invocation, env }, output.line, {
    stop: stop.signal,
    kill: cutOff,
    timeouts: options.stopTimeouts ?? githubStopTimeouts,
  })

  const written = readCommandFiles(folder)
  Object.assign(job.env, written.env)
  job.path.unshift(...written.path.toReversed())
  const problems = [...output.problems, ...written.problems]
  for (const message of problems) output.annotate({ level: 'error', message })
  return {
    outcome: exit.stopped ? stop.outcome() : exit.code === 0 && problems.length === 0 ? 'success' : 'failure',
    outputs: written.outputs,
    state: written.state,
    summary: mask.apply(written.summary),
  }
}

/** Merges all sources of variables. Later ones win, so a workflow cannot override the runner's own. */
function environment(
  own: Readonly<Record<string, string>>,
  { job, env, action }: Frame,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const merged: Record<string, string> = {
    ...job.run.options.env,
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
