import { getExecOutput } from '@actions/exec'
import { throwIfCancelled } from '../clock.ts'
import { SlipwayError } from '../errors.ts'
import type { ExecResult } from './exec.ts'

export interface QueryOptions {
  readonly cwd?: string
  /** The whole environment of the program. Default: ours. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** Runs a program (no shell) that answers at once, such as `git log -1`. Returns what it printed and its exit code. */
export type Query = (program: string, args: readonly string[], options?: QueryOptions) => Promise<ExecResult>

/**
 * Runs a program with @actions/exec, which looks it up on the PATH of this process. Nothing is printed to the log. @actions/exec
 * cannot stop a program: after a cancel this waits until the program has ended, so that no process is left, and then throws.
 * A program that may run for longer, prints progress or reads its standard input belongs in `exec`.
 * @throws SlipwayError when the program cannot be started, CancelledError when `signal` is aborted.
 */
export const query: Query = async (program, args, { cwd, env = process.env, signal } = {}) => {
  throwIfCancelled(signal)
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const options = { silent: true, ignoreReturnCode: true, env: Object.fromEntries(set) }
  // The first argument is a command line: quotes keep a path with spaces in one piece.
  const answer = getExecOutput(`"${program}"`, [...args], cwd === undefined ? options : { ...options, cwd })
  const { exitCode, stdout, stderr } = await answer.catch((cause: unknown) => {
    throwIfCancelled(signal)
    throw new SlipwayError(`\`${program}\` could not be started.`, {
      hint: 'Install it in an earlier step, or check that it is on the PATH.',
      cause,
    })
  })
  throwIfCancelled(signal)
  // A program that was killed by a signal has no exit code.
  return { code: exitCode ?? 1, stdout, stderr }
}
