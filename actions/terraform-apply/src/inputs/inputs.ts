// With its neighbours in this folder the only reader of inputs and of the runner's variables.

import { readAccountId } from '../../../../toolkit/aws/account.ts'
import { readRegion } from '../../../../toolkit/aws/region.ts'
import { InputError } from '../../../../toolkit/errors.ts'
import { InputReader } from '../../../../toolkit/inputs.ts'
import { temporaryParent } from '../../../../toolkit/runner/own-folder.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { type ApprovalInputs, readApproval } from './approval-inputs.ts'
import { DEFAULT_WORDS } from './default-words.ts'
import { existingFile } from './input-files.ts'
import { peerInputs } from './peer-inputs.ts'
import { type PlanInputs, readPlanInputs } from './plan-inputs.ts'
import { type RootModule, readRootModule } from './root-module.ts'

const MINUTE = 60_000

const COMMANDS = ['plan', 'apply', 'verify', 'drift', 'migrate-state', 'unlock'] as const
export type Command = (typeof COMMANDS)[number]

/** Which program to run, and which version of it. */
export interface ToolInputs {
  readonly tool: 'terraform' | 'opentofu'
  readonly version: string | undefined
  /** A mirror of the publisher's downloads. */
  readonly downloadUrl: string | undefined
}

/** What a plan may not do unless `allow-destructive` names the address. */
export interface GuardRails {
  readonly maxDestroys: number | undefined
  /** Resource types, such as `aws_db_instance`; `*` stands for any text. */
  readonly protectedTypes: readonly string[]
  /** Addresses, such as `module.data.*`. */
  readonly protectedAddresses: readonly string[]
  /** Addresses that the guard rails do not apply to in this run. */
  readonly lifted: readonly string[]
}

export interface GitHubInputs {
  readonly token: string
  readonly comment: boolean
}

export interface Inputs {
  readonly command: Command
  readonly rootModule: RootModule
  readonly tool: ToolInputs
  readonly plan: PlanInputs
  readonly approval: ApprovalInputs
  readonly guardRails: GuardRails
  readonly github: GitHubInputs
  /** The `planned-file` of another environment, to compare this plan with. */
  readonly compareWith: string | undefined
  /** The state file to migrate, relative to the root module. */
  readonly stateFile: string | undefined
  /** Whether drift is reported as a GitHub issue. */
  readonly driftIssue: boolean
  /** The lock that `unlock` removes. */
  readonly lockId: string | undefined
  readonly region: string | undefined
  readonly expectedAccountId: string | undefined
  /** A plan file that an earlier step saved. `apply` then makes no plan of its own. */
  readonly planFile: string | undefined
  /** How long a cancelled apply may go on creating and changing resources before it is interrupted, in milliseconds. */
  readonly cancelTimeoutMs: number
  /** The folder for this run's files; the runner empties it after the job. */
  readonly tempFolder: string
}

function readDownloadUrl(reader: InputReader): string | undefined {
  const value = reader.text('download-url')
  if (value === undefined || /^https?:$/.test(URL.parse(value)?.protocol ?? '')) return value?.replace(/\/+$/, '')
  // Not shown: it can have a password.
  throw new InputError('download-url', 'is not the address of a mirror.', {
    hint: 'Write it with its scheme, for example `https://mirror.example.com/terraform`.',
  })
}

/** Reads and checks every input. @throws InputError for the first one that is wrong, before anything is changed. */
export function readInputs(env: Environment): Inputs {
  const reader = new InputReader(env, DEFAULT_WORDS)
  reader.refuse(peerInputs(reader), [])
  const command = reader.choice('command', COMMANDS, 'apply')
  const rootModule = readRootModule(reader, env)
  const { repository, directory } = rootModule
  return {
    command,
    rootModule,
    tool: {
      tool: reader.choice('tool', ['terraform', 'opentofu'], 'terraform'),
      version: reader.text('terraform-version'),
      downloadUrl: readDownloadUrl(reader),
    },
    approval: readApproval(reader, command === 'verify'),
    guardRails: {
      maxDestroys: reader.integer('max-destroys', { min: 0, max: 1_000_000 }),
      protectedTypes: reader.list('protected-types'),
      protectedAddresses: reader.lines('protected-addresses'),
      lifted: reader.lines('allow-destructive'),
    },
    github: { token: reader.raw('github-token').trim(), comment: reader.flag('comment', true) },
    plan: readPlanInputs(reader, directory),
    compareWith: existingFile(reader, 'compare-with', repository, 'the root of the repository'),
    stateFile: reader.text('state-file'),
    driftIssue: reader.flag('drift-issue', false),
    lockId: reader.text('lock-id'),
    region: readRegion(reader),
    expectedAccountId: readAccountId(reader),
    planFile: existingFile(reader, 'plan-file', directory),
    cancelTimeoutMs: reader.duration('cancel-timeout', 3 * MINUTE, { max: 4 * MINUTE }),
    tempFolder: temporaryParent(env),
  }
}

/** The input `aws-region` alone: the post step needs no other. */
export const regionInput = (env: Environment): string | undefined => readRegion(new InputReader(env, DEFAULT_WORDS))
