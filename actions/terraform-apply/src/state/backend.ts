import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { StackInputs } from '../inputs/inputs.ts'
import { ERRORED_STATE } from '../operations/rescue-state.ts'
import { stateFileHolds } from './state-format.ts'

/** Where a stack keeps its state, as `init` settled it. */
export interface Backend {
  readonly type: string
  readonly config: Readonly<Record<string, unknown>>
}

export type StackPlace = Pick<StackInputs, 'directory' | 'workspace'>

const EXAMPLE = `terraform {
  backend "s3" {
    bucket       = "my-terraform-state"
    key          = "my-stack/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}`

/** What can be told before `init`: that the stack names a backend, and that no committed state is in its way. */
export function checkConfiguration(stack: StackInputs, env: Environment): void {
  const files = readdirSync(stack.directory).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name))
  if (files.length === 0) {
    throw new SlipwayError(`\`${stack.path}\` has no Terraform configuration: there is no .tf file in it.`, {
      hint: 'Set the input `working-directory` to the root module.',
    })
  }
  // A comment may fool this, and then Terraform's own answer decides after init.
  const text = files.map((name) => readFileSync(join(stack.directory, name), 'utf8')).join('\n')
  if (!/\bbackend\s+"|\bcloud\s*\{|"backend"|"cloud"/.test(text)) throw localState(stack.path)
  // Also one that is empty: it is overwritten by the next, and nobody could tell then which run it is of.
  if (existsSync(join(stack.directory, ERRORED_STATE))) {
    throw new SlipwayError(`\`${join(stack.path, ERRORED_STATE)}\` is a state that an earlier apply could not save.`, {
      hint: `Push it with \`terraform state push ${ERRORED_STATE}\`, or delete it (from git, too) when it is stale or empty: the next failure would overwrite it.`,
    })
  }
  const committed = localStateFile(workspaceOf(stack, env))
  if (stateFileHolds(join(stack.directory, committed))) {
    throw new SlipwayError(
      `\`${join(stack.path, committed)}\` holds a state, beside a configuration that keeps it remotely.`,
      {
        hint: 'Run this action once with `command: migrate-state`, then delete the file from git. It never overwrites a remote state.',
      },
    )
  }
}

/** The local backend's file, relative to the root module. */
export const localStateFile = (workspace: string): string =>
  workspace === 'default' ? 'terraform.tfstate' : join('terraform.tfstate.d', workspace, 'terraform.tfstate')

/** The workspace that Terraform takes, in its own order. */
export function workspaceOf({ directory, workspace }: StackPlace, env: Environment): string {
  const chosen = join(directory, dataDirectory(env), 'environment')
  const selected = existsSync(chosen) ? readFileSync(chosen, 'utf8').trim() : ''
  return workspace ?? (env['TF_WORKSPACE'] || selected || 'default')
}

/** Reads what `init` settled, and refuses a state that is local or has no lock. */
export function readBackend(stack: StackInputs, env: Environment): Backend {
  const file = join(stack.directory, dataDirectory(env), 'terraform.tfstate')
  const { backend } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { backend?: Backend }) : {}
  if (backend === undefined || backend.type === 'local') throw localState(stack.path)
  if (backend.type === 's3' && backend.config['use_lockfile'] !== true && !backend.config['dynamodb_table']) {
    throw new SlipwayError(`The S3 backend of \`${stack.path}\` has no lock: two runs could write its state at once.`, {
      hint: 'Set `use_lockfile = true` in the backend block, or under the input `backend-config` as `use_lockfile=true`.',
    })
  }
  return backend
}

/** Terraform's folder for what it downloads, relative to the root module or absolute. */
export const dataDirectory = (env: Environment): string => env['TF_DATA_DIR'] || '.terraform'

const localState = (path: string) =>
  new SlipwayError(`\`${path}\` keeps its state in a local file, which is lost when the job ends.`, {
    hint: `Add a backend, then move an existing state with \`command: migrate-state\`:\n${EXAMPLE}`,
  })
