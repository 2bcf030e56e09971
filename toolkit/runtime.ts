import * as core from '@actions/core'
import { type Clock, systemClock } from './clock.ts'
import { CancelledError, describeError } from './errors.ts'
import { type Log, runnerLog } from './log.ts'
import { type Exec, exec } from './process/exec.ts'
import { type Query, query } from './process/query.ts'
import { escapeLibraryOutput } from './runner/library-output.ts'
import { openRunnerStep, type Step } from './step.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Everything an action uses besides its inputs. A test passes its own. */
export interface World {
  readonly env: Environment
  readonly clock: Clock
  readonly log: Log
  readonly step: Step
  readonly exec: Exec
  readonly query: Query
  /** Aborted, with a CancelledError, when the runner cancels the step (SIGINT, then SIGTERM). */
  readonly signal: AbortSignal
}

export interface Action {
  readonly main: (world: World) => Promise<void>
  /** Runs in the post step, from dist/post.js, also when main was killed: undoes or finishes what main left. */
  readonly post?: (world: World) => Promise<void>
  /**
   * The keys of what main saves for post. Each is saved empty before main starts: post gets a variable `STATE_…` of the job in
   * place of a state that was not saved.
   */
  readonly state?: readonly string[]
}

/**
 * Runs an action in the GitHub runner: once, with one way to fail, and with the right exit code, also for a promise that
 * never settles (which Node would end green). The runner kills a cancelled step 10 s after the first signal, so `main` has
 * that long to leave things safe.
 */
export function run(action: Action): void {
  // An argument, as dist/post.js has it: a variable could be one of the job, and main would do nothing and be green.
  const phase = process.argv[2] === 'post' ? (action.post ?? nothing) : action.main
  const cancellation = new AbortController()
  const runnerStep = openRunnerStep(runnerLog)
  let ended = false
  escapeLibraryOutput()

  const end = (failure?: unknown) => {
    if (ended) return
    ended = true
    if (failure !== undefined) core.setFailed(describeError(failure))
    const lost = runnerStep.lostOutputs()
    if (lost !== undefined) core.setFailed(lost)
    // Exits although sockets may be open, once everything printed is written.
    process.stdout.write('', () => process.exit())
  }

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => cancellation.abort(new CancelledError(`The run was cancelled (${name}).`)))
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', (reason) => end(reason ?? new Error('A promise was rejected without a reason.')))
  process.on('exit', () => {
    if (!ended) core.setFailed('The action stopped before its end: it waited for something that never happened.')
  })

  const world: World = {
    env: process.env,
    clock: systemClock,
    log: runnerLog,
    step: { ...runnerStep, saveState: (name, value) => runnerStep.saveState(listed(name, action), value) },
    exec,
    query,
    signal: cancellation.signal,
  }
  const start = async () => {
    if (phase === action.main) for (const key of action.state ?? []) runnerStep.saveState(key, '')
    await phase(world)
  }
  start().then(
    () => end(),
    (error: unknown) => end(error ?? new Error('The action failed without a reason.')),
  )
}

/** @throws Error for a key that is not listed: it would not be cleared. */
function listed(name: string, { state = [] }: Action): string {
  if (!state.includes(name)) throw new Error(`The state \`${name}\` is not listed in \`Action.state\`.`)
  return name
}

const nothing = async () => {}
