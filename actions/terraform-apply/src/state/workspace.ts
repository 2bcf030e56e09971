import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../../../toolkit/runtime.ts'
import type { RootModule } from '../inputs/root-module.ts'

/** What the choice of a workspace depends on. */
export type WorkspaceOptions = Pick<RootModule, 'directory' | 'workspace'>

/** The workspace that Terraform selects, in its own order of precedence. */
export function workspaceOf({ directory, workspace }: WorkspaceOptions, env: Environment): string {
  const file = join(directory, dataDirectory(env), 'environment')
  const selected = existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
  return workspace ?? (env['TF_WORKSPACE'] || selected || 'default')
}

/** Terraform's data directory: relative to the root module, or absolute. */
export const dataDirectory = (env: Environment): string => env['TF_DATA_DIR'] || '.terraform'
