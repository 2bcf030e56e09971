import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { ExecResult } from '../../../../toolkit/process/exec.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import { formatDuration } from '../../../../toolkit/text/duration.ts'
import { runDetached } from './detached-process.ts'
import type { EventLogger } from './event-logger.ts'
import { startInterrupter } from './interrupter.ts'
import { saveStart } from './left-running.ts'
import { lockLogVariables } from './lock-log.ts'

/** A Terraform (or OpenTofu) in a root module. */
export interface Terraform {
  readonly product: 'Terraform' | 'OpenTofu'
  readonly directory: string
  /** A folder for this run only, readable by its user only. */
  readonly scratch: string
  /** Runs a command that takes no lock, and returns what it printed. A cancel interrupts it, unless `finish` is set. */
  exec(
    args: readonly string[],
    options?: { readonly finish?: boolean; readonly inWorkspace?: boolean },
  ): Promise<ExecResult>
  /** Runs a `-json` command that may hold the lock. It keeps running to its end even if we are killed. */
  run(args: readonly string[], logger: EventLogger): Promise<Ended>
}

/** How a command ended. */
export interface Ended {
  readonly code: number
  /** Set when the workflow run was cancelled while the command ran: Terraform was interrupted, and has ended by itself. */
  readonly cancelled: CancelledError | undefined
}

export interface TerraformOptions {
  readonly product: Terraform['product']
  readonly command: string
  readonly directory: string
  readonly workspace: string | undefined
  readonly scratch: string
  /** How long an apply may go on creating and changing resources after a cancel, in milliseconds. */
  readonly cancelTimeoutMs: number
}

export function terraform(world: World, options: TerraformOptions): Terraform {
  const { product, command, directory, workspace, scratch, cancelTimeoutMs } = options
  const env = { ...environment(world.env, workspace), ...lockLogVariables(scratch, world.env) }
  return {
    product,
    directory,
    scratch,
    exec: (args, { finish = false, inWorkspace = true } = {}) =>
      world.exec(command, args, {
        cwd: directory,
        env: inWorkspace ? env : withoutWorkspace(env),
        ...(finish ? {} : { signal: world.signal }),
      }),
    async run(args, logger) {
      throwIfCancelled(world.signal)
      const name = join(scratch, `${args[0]}-${randomUUID()}`)
      const [output, link] = [`${name}.log`, `${name}.process`]
      saveStart(world.step, { command: `${product} ${args[0]}`, link, output })
      const code = await runDetached(command, args, {
        cwd: directory,
        env,
        clock: world.clock,
        signal: world.signal,
        output,
        link,
        onStart: (pid) => logger.started(pid),
        interrupt: (now) => {
          const asked = `Cancelled: ${product} ${args[0]} is asked to stop`
          if (args[0] === 'apply') {
            // Started before the log says so: we can be killed at any moment.
            startInterrupter({ link, output, patienceMs: cancelTimeoutMs }, now)
            world.log.info(`${asked} ${whenSafe(logger.inProgress, cancelTimeoutMs)}`)
          } else {
            world.log.info(`${asked}.`)
            now()
          }
        },
        onLine: (line) => logger.line(line),
      })
      if (!world.signal.aborted) return { code, cancelled: undefined }
      const ended = code === 0 ? 'completed all the same' : `stopped gracefully (exit code ${code})`
      return { code, cancelled: new CancelledError(`The run was cancelled; \`${product} ${args[0]}\` ${ended}.`) }
    },
  }
}

const whenSafe = (inProgress: readonly string[], cancelTimeoutMs: number): string =>
  [
    `once no resource is being created or changed, at the latest in ${formatDuration(cancelTimeoutMs)} (\`cancel-timeout\`).`,
    'Until then it also starts the operations that come next.',
    `In progress: ${inProgress.length === 0 ? 'nothing' : inProgress.join(', ')}.`,
  ].join(' ')

const withoutWorkspace = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'TF_WORKSPACE'))

function environment(env: Environment, workspace: string | undefined): Environment {
  return {
    ...childEnvironment(env),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    // Selects the workspace for every command, and creates it where it does not exist yet.
    ...(workspace === undefined ? {} : { TF_WORKSPACE: workspace }),
  }
}
