// The only reader of inputs and of the runner's variables.
import { existsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { relative, resolve } from 'node:path'
import { InputError } from '../../../toolkit/errors.ts'
import { InputReader, type Pair } from '../../../toolkit/inputs.ts'
import type { Environment } from '../../../toolkit/runtime.ts'

export const COMMANDS = ['plan', 'apply'] as const
export type Command = (typeof COMMANDS)[number]

/** Which root module, with which backend and workspace: what has a state of its own. */
export interface StackInputs {
  /** Absolute. */
  readonly directory: string
  /** The directory as the repository knows it, '.' for its root. */
  readonly path: string
  readonly workspace: string | undefined
  readonly backendConfig: readonly Pair[]
  readonly backendConfigFiles: readonly string[]
}

/** How to plan. */
export interface PlanInputs {
  readonly varFiles: readonly string[]
  /** Terraform's own syntax, as in a tfvars file; '' when there are none. */
  readonly variables: string
  readonly targets: readonly string[]
  readonly replace: readonly string[]
  readonly destroy: boolean
  readonly refresh: boolean
  readonly parallelism: number | undefined
  readonly lockTimeoutMs: number
}

export interface Inputs {
  readonly command: Command
  readonly stack: StackInputs
  readonly plan: PlanInputs
  readonly expectedAccountId: string | undefined
  /** A plan that an earlier step saved; apply then makes none of its own. */
  readonly planFile: string | undefined
  /** Where files of this run go; the runner empties it. */
  readonly scratch: string
}

/** Reads and checks every input. @throws InputError for the first that is wrong, before anything is touched. */
export function readInputs(env: Environment): Inputs {
  const read = new InputReader(env)
  const command = read.choice('command', COMMANDS, 'apply')
  const stack = readStack(read, env)
  const planFile = read.text('plan-file')
  return {
    command,
    stack,
    plan: readPlan(read, stack.directory),
    expectedAccountId: readAccountId(read),
    planFile: planFile === undefined ? undefined : existingFile('plan-file', planFile, stack.directory),
    scratch: env['RUNNER_TEMP'] || tmpdir(),
  }
}

function readStack(read: InputReader, env: Environment): StackInputs {
  const root = resolve(env['GITHUB_WORKSPACE'] || process.cwd())
  const directory = resolve(root, read.text('working-directory') ?? '.')
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new InputError('working-directory', `is \`${relative(root, directory)}\`, and there is no such directory.`, {
      hint: 'Give it relative to the root of the repository, and check out the repository in an earlier step.',
    })
  }
  return {
    directory,
    path: relative(root, directory) || '.',
    workspace: readWorkspace(read),
    backendConfig: read.pairs('backend-config', { secret: true }),
    backendConfigFiles: existingFiles(read, 'backend-config-file', directory),
  }
}

function readWorkspace(read: InputReader): string | undefined {
  const workspace = read.text('workspace')
  if (workspace !== undefined && !/^[A-Za-z0-9_.~-]+$/.test(workspace)) {
    throw new InputError('workspace', `is \`${workspace}\`, which Terraform does not take as a workspace's name.`, {
      hint: 'Use letters, digits, `-`, `_` and `.` only.',
    })
  }
  return workspace
}

function readAccountId(read: InputReader): string | undefined {
  const id = read.text('expected-account-id')
  if (id !== undefined && !/^\d{12}$/.test(id)) {
    throw new InputError('expected-account-id', `is \`${id}\`, which is not the number of an AWS account.`, {
      hint: "Write its twelve digits in quotes, for example `'123456789012'`: YAML drops leading zeros without them.",
    })
  }
  return id
}

function readPlan(read: InputReader, directory: string): PlanInputs {
  return {
    varFiles: existingFiles(read, 'var-file', directory),
    variables: read.raw('variables'),
    targets: read.lines('target'),
    replace: read.lines('replace'),
    destroy: read.flag('destroy', false),
    refresh: read.flag('refresh', true),
    parallelism: read.integer('parallelism', { min: 1, max: 1000 }),
    lockTimeoutMs: read.duration('lock-timeout', 5 * 60_000),
  }
}

const existingFiles = (read: InputReader, name: string, directory: string): readonly string[] =>
  read.lines(name).map((file) => existingFile(name, file, directory))

function existingFile(name: string, file: string, directory: string): string {
  const path = resolve(directory, file)
  if (existsSync(path) && statSync(path).isFile()) return path
  throw new InputError(name, `names \`${file}\`, and there is no such file.`, {
    hint: 'Paths are relative to `working-directory`.',
  })
}
