import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import type { Inputs, ToolInputs } from '../inputs/inputs.ts'
import { parseVersion } from './version-constraint.ts'
import { type WantedVersion, wantedVersion } from './wanted-version.ts'

/** Path of the program to run: the one on the PATH if its version satisfies, else a downloaded one. */
export async function findTool(
  world: World,
  { tool, rootModule }: Pick<Inputs, 'tool' | 'rootModule'>,
): Promise<string> {
  const { env, log } = world
  const wanted = wantedVersion(tool, rootModule.directory, rootModule.repository)
  const present = onPath(tool, env)
  if (wanted === undefined) {
    if (present !== undefined) return present
    throw new SlipwayError(`\`${binaryOf(tool)}\` is not on the PATH, and no version to download is set.`, {
      hint: 'Set the input `terraform-version`, for example to `~> 1.11`, or install it in an earlier step.',
    })
  }
  if (present === undefined) return downloaded(world, tool, wanted)
  const version = await versionOf(world, present)
  const parsed = parseVersion(version)
  if (parsed !== undefined && wanted.allows(parsed)) return present
  log.info(`${present} is version ${version}; ${wanted.from} requires ${wanted.text}.`)
  return downloaded(world, tool, wanted)
}

/** Loads the download code only when it is needed: most runs find the program on the PATH. */
async function downloaded(world: World, tool: ToolInputs, wanted: WantedVersion): Promise<string> {
  const { download } = await import('./download.ts')
  return download(world, tool, wanted)
}

const binaryOf = ({ tool }: ToolInputs): string => (tool === 'opentofu' ? 'tofu' : 'terraform')

/** The program on the PATH. Not the wrapper of hashicorp/setup-terraform, which does not pass signals on, but the program behind it. */
function onPath(inputs: ToolInputs, env: Environment): string | undefined {
  const name = binaryOf(inputs)
  const wrapped = env['TERRAFORM_CLI_PATH']
  if (wrapped !== undefined && name === 'terraform' && isProgram(join(wrapped, 'terraform-bin'))) {
    return join(wrapped, 'terraform-bin')
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

async function versionOf({ query, env, signal }: World, command: string): Promise<string> {
  const { code, stdout, stderr } = await query(command, ['version', '-json'], { env: childEnvironment(env), signal })
  if (code !== 0) {
    throw new SlipwayError(`\`${command} version\` failed: ${stderr.trim()}`, {
      hint: 'The program on the PATH does not run. Fix or remove it in an earlier step; without it, `terraform-version` is downloaded.',
    })
  }
  return (JSON.parse(stdout) as { terraform_version: string }).terraform_version
}
