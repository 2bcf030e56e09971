import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { ExecResult } from '../../../../toolkit/process/exec.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { RootModule } from '../inputs/root-module.ts'
import { releaseLeftoverLock } from '../lock/leftover-lock.ts'
import { isWorkspaceLock } from '../lock/lock-diagnostics.ts'
import { retryMissedLock } from '../lock/lock-retry.ts'
import { type Backend, checkConfiguration, readBackend } from '../state/backend.ts'
import { stateStore } from '../state/state-store.ts'
import { dataDirectory } from '../state/workspace.ts'
import { EventLogger } from '../terraform/event-logger.ts'
import type { Terraform } from '../terraform/terraform.ts'

/** Runs `init`, and returns the backend. @throws SlipwayError when init fails, or the state would be local or without a lock. */
export async function init(world: World, rootModule: RootModule, tf: Terraform): Promise<Backend> {
  checkConfiguration(rootModule, world.env)
  await world.log.group(`${tf.product} init`, async () => {
    const args = initArguments(world, rootModule, tf.scratch)
    const first = await retryMissedLock(world, () => initOnce(world, args, rootModule, tf), missedLock)
    // The next command creates the workspace. `init` accepts a new one only where no other exists.
    const { code, stdout, stderr } = isNewWorkspace(first) ? await tf.exec(args, { inWorkspace: false }) : first
    const logger = new EventLogger({ log: world.log, rootModule })
    for (const line of `${stdout}\n${stderr}`.split('\n')) logger.line(line)
    if (code !== 0) throw initFailed(tf.product, logger)
  })
  return readBackend(rootModule, world.env)
}

/** Removes the lock of a new workspace if it is our own. Init has configured the backend by then. */
async function initOnce(
  world: World,
  args: readonly string[],
  rootModule: RootModule,
  tf: Terraform,
): Promise<ExecResult> {
  const ended = await tf.exec(args)
  if (missedLock(ended)) {
    const backend = readBackend(rootModule, world.env)
    await releaseLeftoverLock({ world, tf, backend, store: stateStore(world, backend, rootModule) })
  }
  return ended
}

const missedLock = ({ code, stdout, stderr }: ExecResult) => code !== 0 && isWorkspaceLock(stdout + stderr)

const isNewWorkspace = ({ code, stdout, stderr }: ExecResult) =>
  code !== 0 && /selected workspace .{1,200} does not exist/s.test(stdout + stderr)

function initArguments({ env }: World, rootModule: RootModule, scratch: string): readonly string[] {
  const args = ['init', '-input=false', '-no-color', '-json']
  // An earlier step may have configured the backend of another environment. `checkConfiguration` has made sure that -reconfigure
  // does not leave a local state behind.
  if (existsSync(join(rootModule.directory, dataDirectory(env), 'terraform.tfstate'))) args.push('-reconfigure')
  args.push(...rootModule.backendConfigFiles.map((file) => `-backend-config=${file}`))
  if (rootModule.backendConfig.length > 0) {
    // In a file: every user of the machine can read a command line, and these settings may hold keys.
    const file = join(scratch, 'backend.tfbackend')
    writeFileSync(file, backendFile(rootModule.backendConfig), { mode: 0o600 })
    args.push(`-backend-config=${file}`)
  }
  return args
}

/** `key=value` pairs in the syntax of a backend configuration file; lists and objects are passed on as they are. */
export const backendFile = (pairs: readonly Pair[]): string =>
  pairs.map(({ key, value }) => `${key} = ${/^[[{]/.test(value) ? value : quoted(value)}\n`).join('')

// A function, as `$$` in a replacement stands for one `$`.
const quoted = (value: string) => JSON.stringify(value).replace(/[$%](?=\{)/g, (sign) => sign + sign)

function initFailed(product: string, { errors }: EventLogger): SlipwayError {
  const text = errors.map(({ summary, detail }) => `${summary} ${detail ?? ''}`).join('\n')
  const hint = HINTS.find(([pattern]) => pattern.test(text))?.[1]
  const first = errors[0]?.summary.replace(/\s+/g, ' ') ?? 'See its output above.'
  return new SlipwayError(`\`${product} init\` failed: ${first}`, hint === undefined ? {} : { hint })
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /ExpiredToken|InvalidClientTokenId|No valid credential sources|get credentials/i,
    'The AWS credentials are missing, invalid or expired. Run aws-actions/configure-aws-credentials in an earlier step.',
  ],
  [
    /NoSuchBucket|bucket.*does not exist/i,
    'The state bucket must exist first; the module terraform/modules/state-backend creates one.',
  ],
  [
    /AccessDenied|Forbidden|403/,
    "The role may not read the state. The action's README lists the permissions it needs.",
  ],
  [
    /Unsupported backend type|Invalid backend|Unsupported argument|Missing required|Unset value/i,
    'Check the backend block, and the inputs `backend-config` and `backend-config-file`.',
  ],
]
