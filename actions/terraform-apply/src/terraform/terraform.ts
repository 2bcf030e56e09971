import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { formatDuration } from '../../../../toolkit/duration.ts'
import { CancelledError } from '../../../../toolkit/errors.ts'
import type { ExecResult } from '../../../../toolkit/exec.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import { lockLogging } from '../lock/leftover-lock.ts'
import { runDetached } from './detached-process.ts'
import type { Narrator } from './event-logger.ts'
import { orderInterrupt } from './interrupter.ts'
import { noteStart } from './left-running.ts'

/** A Terraform (or OpenTofu) in a directory. */
export interface Terraform {
  readonly product: 'Terraform' | 'OpenTofu'
  readonly directory: string
  /** A folder of this run's own, which only its user can read. */
  readonly scratch: string
  /** Runs a command that takes no lock, and gives what it printed. A cancelled run interrupts it, unless it has to `finish`. */
  query(
    args: readonly string[],
    options?: { readonly finish?: boolean; readonly inWorkspace?: boolean },
  ): Promise<ExecResult>
  /** Runs a command of the `-json` kind that may hold the lock: it ends in its own time, whatever becomes of us. */
  run(args: readonly string[], narrator: Narrator): Promise<Ended>
}

/** How a command ended that was waited for to its end. */
export interface Ended {
  readonly code: number
  /** Set when the workflow run was cancelled meanwhile: then Terraform was asked to stop, and did so gently. */
  readonly cancelled: CancelledError | undefined
}

export interface TerraformOptions {
  readonly product: Terraform['product']
  readonly command: string
  readonly directory: string
  readonly workspace: string | undefined
  readonly scratch: string
  /** How long it may go on creating and changing after a cancel, in milliseconds. */
  readonly cancelTimeoutMs: number
}

/** Hands Terraform its environment, and the world its words. */
export function terraform(options: TerraformOptions, world: World): Terraform {
  const { product, command, directory, workspace, scratch, cancelTimeoutMs } = options
  const env = { ...environment(world.env, workspace), ...lockLogging(scratch, world.env) }
  return {
    product,
    directory,
    scratch,
    query: (args, { finish = false, inWorkspace = true } = {}) =>
      world.exec(command, args, {
        cwd: directory,
        env: inWorkspace ? env : withoutWorkspace(env),
        ...(finish ? {} : { signal: world.signal }),
      }),
    async run(args, narrator) {
      throwIfCancelled(world.signal)
      const name = join(scratch, `${args[0]}-${randomUUID()}`)
      const [output, claim] = [`${name}.log`, `${name}.process`]
      noteStart(world.step, { command: `${product} ${args[0]}`, claim, output })
      const code = await runDetached(command, args, {
        cwd: directory,
        env,
        clock: world.clock,
        signal: world.signal,
        output,
        claim,
        onStart: (pid) => narrator.started(pid),
        interrupt: (now) => {
          const asked = `Cancelled: ${product} ${args[0]} is asked to stop`
          if (args[0] === 'apply') {
            world.log.info(`${asked} ${whenSafe(narrator.underWay, cancelTimeoutMs)}`)
            orderInterrupt({ claim, output, patienceMs: cancelTimeoutMs }, now)
          } else {
            world.log.info(`${asked}.`)
            now()
          }
        },
        onLine: (line) => narrator.hear(line),
      })
      if (!world.signal.aborted) return { code, cancelled: undefined }
      const ended = code === 0 ? 'came to its end all the same' : `ended gently (exit ${code})`
      return { code, cancelled: new CancelledError(`The run was cancelled; \`${product} ${args[0]}\` ${ended}.`) }
    },
  }
}

const whenSafe = (underWay: readonly string[], cancelTimeoutMs: number): string =>
  [
    `once nothing is being created or changed, at the latest in ${formatDuration(cancelTimeoutMs)} (\`cancel-timeout\`).`,
    'What comes next is begun meanwhile.',
    `Under way: ${underWay.length === 0 ? 'nothing' : underWay.join(', ')}.`,
  ].join(' ')

const withoutWorkspace = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'TF_WORKSPACE'))

/** What Terraform is run with: our environment, without the inputs, which are none of its providers' business. */
function environment(env: Environment, workspace: string | undefined): Environment {
  const ours = Object.entries(env).filter(([name]) => !name.startsWith('INPUT_'))
  return {
    ...Object.fromEntries(ours),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    // Chooses the workspace in every command, and makes it where it is not there yet.
    ...(workspace === undefined ? {} : { TF_WORKSPACE: workspace }),
  }
}
