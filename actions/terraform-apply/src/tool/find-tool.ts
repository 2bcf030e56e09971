import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Environment, World } from '../../../../toolkit/runtime.ts'
import type { Inputs, ToolInputs } from '../inputs/inputs.ts'
import { parseVersion } from './version-constraint.ts'
import { type WantedVersion, wantedVersion } from './wanted-version.ts'

/** The program to run: the one on the PATH where it will do, else one that is downloaded. */
export async function findTool({ tool, stack }: Inputs, world: World): Promise<string> {
  const { env, log } = world
  const wanted = wantedVersion(tool, stack.directory, stack.root)
  const present = onPath(tool, env)
  if (wanted === undefined) {
    if (present !== undefined) return present
    throw new SlipwayError(`\`${binaryOf(tool)}\` is not on the PATH, and nothing says which version to download.`, {
      hint: 'Set the input `terraform-version`, for example to `~> 1.11`, or install it in an earlier step.',
    })
  }
  if (present === undefined) return fetched(tool, wanted, world)
  const version = await versionOf(present, world)
  const parsed = parseVersion(version)
  if (parsed !== undefined && wanted.allows(parsed)) return present
  log.info(`${present} is ${version}, and ${wanted.from} asks for ${wanted.text}.`)
  return fetched(tool, wanted, world)
}

/** Most runs download nothing, and start without what that takes. */
async function fetched(tool: ToolInputs, wanted: WantedVersion, world: World): Promise<string> {
  const { download } = await import('./download.ts')
  return download(tool, wanted, world)
}

const binaryOf = ({ tool }: ToolInputs): string => (tool === 'opentofu' ? 'tofu' : 'terraform')

/** The program on the PATH; behind the wrapper of hashicorp/setup-terraform, as that stands in the way of signals. */
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

async function versionOf(command: string, { exec, env, signal }: World): Promise<string> {
  const { code, stdout, stderr } = await exec(command, ['version', '-json'], { env, signal })
  if (code !== 0) {
    throw new SlipwayError(`\`${command} version\` failed: ${stderr.trim()}`, {
      hint: 'That program is on the PATH and does not run. Mend or remove it in an earlier step, or take it off the PATH: then `terraform-version` is downloaded.',
    })
  }
  return (JSON.parse(stdout) as { terraform_version: string }).terraform_version
}
