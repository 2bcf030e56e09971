import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { parseJson } from '../../../../toolkit/text/json.ts'
import type { RootModule } from '../inputs/root-module.ts'
import { ERRORED_STATE } from './errored-file.ts'
import { stateFileHolds } from './state-format.ts'
import { dataDirectory, workspaceOf } from './workspace.ts'

/** The backend of a root module, as `init` configured it. */
export interface Backend {
  readonly type: string
  readonly config: Readonly<Record<string, unknown>>
}

const EXAMPLE = `terraform {
  backend "s3" {
    bucket       = "my-terraform-state"
    key          = "my-stack/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }
}`

/**
 * Checks what can be checked before `init`. @throws SlipwayError when the root module has no configuration or no backend, or a
 * local state file is in its directory.
 */
export function checkConfiguration(rootModule: RootModule, env: Environment): void {
  const { directory, path } = rootModule
  const files = readdirSync(directory).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name))
  if (files.length === 0) {
    throw new SlipwayError(`\`${path}\` has no Terraform configuration: there is no .tf file in it.`, {
      hint: 'Set the input `working-directory` to the root module.',
    })
  }
  // A backend in a comment passes this check; then `readBackend` finds out after init.
  const text = files.map((name) => readFileSync(join(directory, name), 'utf8')).join('\n')
  if (!/\bbackend\s+"|\bcloud\s*\{|"backend"|"cloud"/.test(text)) throw localState(path)
  // An empty one too: the next failed apply would overwrite it, and then it would be unknown which run the file is from.
  if (existsSync(join(directory, ERRORED_STATE))) {
    throw new SlipwayError(`\`${join(path, ERRORED_STATE)}\` is a state that an earlier apply could not save.`, {
      hint: `Push it with \`terraform state push ${ERRORED_STATE}\`, or delete it (from git too) if it is stale or empty: the next failed apply would overwrite it.`,
    })
  }
  const committed = localStateFile(workspaceOf(rootModule, env))
  if (stateFileHolds(join(directory, committed))) {
    throw new SlipwayError(
      `\`${join(path, committed)}\` holds a state, but the configuration keeps its state in a remote backend.`,
      {
        hint: 'Run this action once with `command: migrate-state`, then delete the file from git. It never overwrites a remote state.',
      },
    )
  }
}

/** The state file of the local backend, relative to the root module. */
export const localStateFile = (workspace: string): string =>
  workspace === 'default' ? 'terraform.tfstate' : join('terraform.tfstate.d', workspace, 'terraform.tfstate')

/** Reads the backend that `init` configured. @throws SlipwayError for a local state, or a backend without a lock. */
export function readBackend({ directory, path }: RootModule, env: Environment): Backend {
  const file = join(directory, dataDirectory(env), 'terraform.tfstate')
  const { backend } = existsSync(file)
    ? (parseJson(readFileSync(file, 'utf8'), `The file \`${file}\``) as { backend?: Backend })
    : {}
  if (backend === undefined || backend.type === 'local') throw localState(path)
  if (backend.type === 's3' && backend.config['use_lockfile'] !== true && !backend.config['dynamodb_table']) {
    throw new SlipwayError(`The S3 backend of \`${path}\` has no lock: two runs could write its state at once.`, {
      hint: 'Set `use_lockfile = true` in the backend block, or `use_lockfile=true` in the input `backend-config`.',
    })
  }
  return backend
}

const localState = (path: string) =>
  new SlipwayError(`\`${path}\` keeps its state in a local file, which is lost when the job ends.`, {
    hint: `Add a backend, then move an existing state with \`command: migrate-state\`:\n${EXAMPLE}`,
  })
