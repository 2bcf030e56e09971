import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { ExecResult } from '../../../../toolkit/exec.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { StackInputs } from '../inputs/inputs.ts'
import { releaseOwn } from '../lock/leftover-lock.ts'
import { isBeingMade, retryMissed } from '../lock/lock-retry.ts'
import { type Backend, checkConfiguration, dataDirectory, readBackend } from '../state/backend.ts'
import { stateStore } from '../state/state-store.ts'
import { Narrator } from '../terraform/event-logger.ts'
import type { Terraform } from '../terraform/terraform.ts'

/** Makes the directory ready, and gives the backend that its state is in: remote, and with a lock. */
export async function init(stack: StackInputs, tf: Terraform, world: World): Promise<Backend> {
  checkConfiguration(stack, world.env)
  await world.log.group(`${tf.product} init`, async () => {
    const args = initArguments(stack, tf.scratch, world)
    const first = await retryMissed(world, () => initOnce(args, stack, tf, world), missedLock)
    // The workspace is made by the commands after this one; `init` takes a new one only where there is no other yet.
    const { code, stdout, stderr } = isNewWorkspace(first) ? await tf.query(args, { inWorkspace: false }) : first
    const narrator = new Narrator({ log: world.log, stack })
    for (const line of `${stdout}\n${stderr}`.split('\n')) narrator.hear(line)
    if (code !== 0) throw initFailed(tf.product, narrator)
  })
  return readBackend(stack, world.env)
}

/** By then init has settled the backend; the lock of a new workspace that is in its way may be its own. */
async function initOnce(args: readonly string[], stack: StackInputs, tf: Terraform, world: World): Promise<ExecResult> {
  const ended = await tf.query(args)
  if (missedLock(ended)) {
    const backend = readBackend(stack, world.env)
    await releaseOwn({ tf, backend, store: stateStore(backend, stack, world), world })
  }
  return ended
}

const missedLock = ({ code, stdout, stderr }: ExecResult) => code !== 0 && isBeingMade(stdout + stderr)

const isNewWorkspace = ({ code, stdout, stderr }: ExecResult) =>
  code !== 0 && /selected workspace .{1,200} does not exist/s.test(stdout + stderr)

function initArguments(stack: StackInputs, scratch: string, world: World): readonly string[] {
  const args = ['init', '-input=false', '-no-color', '-json']
  // An earlier step may have settled another environment's backend here. `checkConfiguration` saw to it that no state is
  // in this directory which -reconfigure could leave behind.
  if (existsSync(join(stack.directory, dataDirectory(world.env), 'terraform.tfstate'))) args.push('-reconfigure')
  args.push(...stack.backendConfigFiles.map((file) => `-backend-config=${file}`))
  if (stack.backendConfig.length > 0) {
    // In a file: everyone on the machine can read a command line, and people do put keys here.
    const file = join(scratch, 'backend.tfbackend')
    writeFileSync(file, backendFile(stack.backendConfig), { mode: 0o600 })
    args.push(`-backend-config=${file}`)
  }
  return args
}

/** `key=value` pairs as Terraform reads them from a file; lists and objects stand as they are. */
export const backendFile = (pairs: readonly Pair[]): string =>
  pairs.map(({ key, value }) => `${key} = ${/^[[{]/.test(value) ? value : quoted(value)}\n`).join('')

// A function, as `$$` in a replacement stands for one `$`.
const quoted = (value: string) => JSON.stringify(value).replace(/[$%](?=\{)/g, (sign) => sign + sign)

function initFailed(product: string, { errors }: Narrator): SlipwayError {
  const said = errors.map(({ summary, detail }) => `${summary} ${detail ?? ''}`).join('\n')
  const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1]
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
    'The state bucket must exist first; the module terraform/modules/state-backend makes one.',
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
