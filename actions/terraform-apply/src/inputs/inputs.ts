// The only reader of inputs and of the runner's variables.
import { existsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { relative, resolve } from 'node:path'
import { readAccountId } from '../../../../toolkit/account.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader, type Pair } from '../../../../toolkit/inputs.ts'
import { readRegion } from '../../../../toolkit/region.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { GuardRails } from '../review/guard-rails.ts'
import { peerInputs } from './peer-inputs.ts'

const MINUTE = 60_000

export const COMMANDS = ['plan', 'apply', 'verify', 'drift', 'migrate-state', 'unlock'] as const
export type Command = (typeof COMMANDS)[number]

/** Which root module, with which backend and workspace: what has a state of its own. */
export interface StackInputs {
  /** Of the repository; absolute. */
  readonly root: string
  /** Absolute. */
  readonly directory: string
  /** The directory as the repository knows it, '.' for its root. */
  readonly path: string
  readonly workspace: string | undefined
  /** What people call it: `stage`, `prod`. */
  readonly environment: string | undefined
  readonly backendConfig: readonly Pair[]
  readonly backendConfigFiles: readonly string[]
}

/** Which program, and which version of it. */
export interface ToolInputs {
  readonly tool: 'terraform' | 'opentofu'
  readonly version: string | undefined
  /** A mirror of the publisher's downloads. */
  readonly downloadUrl: string | undefined
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

/** Who may say yes to a plan, and to what no plan may do by itself. */
export interface ApprovalInputs {
  /** `pull-request`, a fingerprint, or a sealed approval. */
  readonly approved: string | undefined
  readonly key: string | undefined
}

export interface GitHubInputs {
  readonly token: string
  readonly comment: boolean
}

export interface Inputs {
  readonly command: Command
  readonly approval: ApprovalInputs
  readonly guardRails: GuardRails
  readonly github: GitHubInputs
  readonly stack: StackInputs
  readonly tool: ToolInputs
  readonly plan: PlanInputs
  /** What another environment is to be, to compare with: the file that its plan wrote. */
  readonly compareWith: string | undefined
  /** The state to migrate, relative to the root module. */
  readonly stateFile: string | undefined
  /** Whether drift is kept as an issue. */
  readonly driftIssue: boolean
  /** The lock to remove. */
  readonly lockId: string | undefined
  readonly region: string | undefined
  readonly expectedAccountId: string | undefined
  /** A plan that an earlier step saved; apply then makes none of its own. */
  readonly planFile: string | undefined
  /** How long a cancelled apply may go on creating and changing before it is interrupted. */
  readonly cancelTimeoutMs: number
  /** Where files of this run go; the runner empties it. */
  readonly scratch: string
}

/** Reads and checks every input. @throws InputError for the first that is wrong, before anything is touched. */
export function readInputs(env: Environment): Inputs {
  const read = new InputReader(env)
  read.refuse(peerInputs(read), [])
  const command = read.choice('command', COMMANDS, 'apply')
  const stack = readStack(read, env)
  const planFile = read.text('plan-file')
  return {
    command,
    stack,
    tool: {
      tool: read.choice('tool', ['terraform', 'opentofu'], 'terraform'),
      version: read.text('terraform-version'),
      downloadUrl: read.text('download-url')?.replace(/\/+$/, ''),
    },
    approval: readApproval(read, command),
    guardRails: {
      maxDestroys: read.integer('max-destroys', { min: 0, max: 1_000_000 }),
      protectedTypes: read.list('protected-types'),
      protectedAddresses: read.lines('protected-addresses'),
      lifted: read.lines('allow-destructive'),
    },
    github: { token: read.raw('github-token').trim(), comment: read.flag('comment', true) },
    plan: readPlan(read, stack.directory),
    compareWith: existing(read, 'compare-with', stack.root),
    stateFile: read.text('state-file'),
    driftIssue: read.flag('drift-issue', false),
    lockId: read.text('lock-id'),
    region: readRegion(read),
    expectedAccountId: readAccountId(read),
    planFile: planFile === undefined ? undefined : existingFile('plan-file', planFile, stack.directory),
    cancelTimeoutMs: read.duration('cancel-timeout', 3 * MINUTE, { max: 4 * MINUTE }),
    scratch: env['RUNNER_TEMP'] || tmpdir(),
  }
}

/** The region alone, for a post step that finishes what main had begun. */
export const regionOf = (env: Environment): string | undefined => readRegion(new InputReader(env))

function readStack(read: InputReader, env: Environment): StackInputs {
  const root = resolve(env['GITHUB_WORKSPACE'] || process.cwd())
  const directory = resolve(root, read.text('working-directory') ?? '.')
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new InputError('working-directory', `is \`${relative(root, directory)}\`, and there is no such directory.`, {
      hint: 'Give it relative to the root of the repository, and check out the repository in an earlier step.',
    })
  }
  return {
    root,
    directory,
    path: relative(root, directory) || '.',
    workspace: readWorkspace(read),
    environment: read.text('environment'),
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

function readApproval(read: InputReader, command: Command): ApprovalInputs {
  const approved = read.textOrNone('approved-plan')
  const key = read.text('fingerprint-key')
  if (key !== undefined && key.length < 16) {
    throw new InputError('fingerprint-key', 'is shorter than 16 characters, so it could be guessed.', {
      hint: 'Make one with `openssl rand -base64 32`, and keep it as a secret of the repository.',
    })
  }
  if (approved !== undefined && key === undefined) {
    throw new InputError('fingerprint-key', 'is missing, and `approved-plan` needs it.', {
      hint: 'Pass the same secret to the step that plans and to the one that applies.',
    })
  }
  if (command === 'verify' && approved === undefined) {
    throw new InputError('approved-plan', 'is missing: `verify` compares a new plan with it.', {
      hint: 'Set it to `pull-request`, or to the output `approval` of the step that planned.',
    })
  }
  return { approved, key }
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
    lockTimeoutMs: read.duration('lock-timeout', 5 * MINUTE),
  }
}

const existingFiles = (read: InputReader, name: string, directory: string): readonly string[] =>
  read.lines(name).map((file) => existingFile(name, file, directory))

function existing(read: InputReader, name: string, root: string): string | undefined {
  const file = read.text(name)
  return file === undefined ? undefined : existingFile(name, file, root, 'the root of the repository')
}

function existingFile(name: string, file: string, directory: string, base = '`working-directory`'): string {
  const path = resolve(directory, file)
  if (existsSync(path) && statSync(path).isFile()) return path
  throw new InputError(name, `names \`${file}\`, and there is no such file.`, {
    hint: `Paths are relative to ${base}.`,
  })
}
