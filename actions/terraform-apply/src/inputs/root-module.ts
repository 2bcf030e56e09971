import { existsSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader, Pair } from '../../../../toolkit/inputs.ts'
import type { Environment } from '../../../../toolkit/runtime.ts'
import { existingFiles } from './input-files.ts'

/** The root module, with its backend and workspace: together they have one state. */
export interface RootModule {
  /** Root folder of the repository, absolute. */
  readonly repository: string
  /** Absolute. */
  readonly directory: string
  /** The directory relative to the repository; '.' for its root. */
  readonly path: string
  readonly workspace: string | undefined
  /** Its name for people: `stage`, `prod`. */
  readonly environment: string | undefined
  readonly backendConfig: readonly Pair[]
  readonly backendConfigFiles: readonly string[]
}

/** @throws InputError when the directory or a file does not exist, or the workspace has no valid name. */
export function readRootModule(reader: InputReader, env: Environment): RootModule {
  const repository = resolve(env['GITHUB_WORKSPACE'] || process.cwd())
  const directory = resolve(repository, reader.text('working-directory') ?? '.')
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    throw new InputError(
      'working-directory',
      `is \`${relative(repository, directory)}\`, and there is no such directory.`,
      {
        hint: 'Give it relative to the root of the repository, and check out the repository in an earlier step.',
      },
    )
  }
  return {
    repository,
    directory,
    path: relative(repository, directory) || '.',
    workspace: readWorkspace(reader),
    environment: reader.text('environment'),
    backendConfig: reader.pairs('backend-config', { secret: true }),
    backendConfigFiles: existingFiles(reader, 'backend-config-file', directory),
  }
}

function readWorkspace(reader: InputReader): string | undefined {
  const workspace = reader.text('workspace')
  if (workspace !== undefined && !/^[A-Za-z0-9_.~-]+$/.test(workspace)) {
    throw new InputError('workspace', `is \`${workspace}\`, which is not a valid name of a Terraform workspace.`, {
      hint: 'Use letters, digits, `-`, `_` and `.` only.',
    })
  }
  return workspace
}
