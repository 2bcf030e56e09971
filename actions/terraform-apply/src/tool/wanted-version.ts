import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { ToolInputs } from '../inputs/inputs.ts'
import { member } from '../plan-json/value-diff.ts'
import { type Constraint, parseConstraint } from './version-constraint.ts'

/** Which versions will do, and who says so. */
export interface WantedVersion {
  readonly text: string
  readonly from: string
  readonly allows: Constraint
}

/** The version that is wanted: by the input, else by a version file here or above, else by the configuration itself. */
export function wantedVersion(inputs: ToolInputs, directory: string, root: string): WantedVersion | undefined {
  const asked =
    inputs.version === undefined ? undefined : { text: inputs.version, from: 'the input `terraform-version`' }
  const said = asked ?? fromFiles(inputs.tool, directory, root) ?? fromConfiguration(directory)
  if (said === undefined) return undefined
  const allows = parseConstraint(said.text)
  if (allows !== undefined) return { ...said, allows }
  throw new SlipwayError(`\`${said.text}\` in ${said.from} is not a version that Terraform knows how to read.`, {
    hint: 'Write a version such as `1.11.4`, a constraint such as `~> 1.11` or `>= 1.10, < 2.0`, or `latest`.',
  })
}

interface Said {
  readonly text: string
  readonly from: string
}

function fromFiles(tool: ToolInputs['tool'], directory: string, root: string): Said | undefined {
  for (const folder of upTo(root, directory)) {
    const own = join(folder, `.${tool}-version`)
    if (existsSync(own)) return { text: readFileSync(own, 'utf8').trim(), from: `\`${relative(root, own)}\`` }
    const shared = join(folder, '.tool-versions')
    const line = existsSync(shared) ? new RegExp(`^${tool}\\s+(\\S+)`, 'm').exec(readFileSync(shared, 'utf8')) : null
    if (line?.[1] !== undefined) return { text: line[1], from: `\`${relative(root, shared)}\`` }
  }
  return undefined
}

/** `required_version` of every file: all of them have to be met. */
function fromConfiguration(directory: string): Said | undefined {
  const files = readdirSync(directory).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name))
  const found = files.flatMap((name) => {
    const text = readFileSync(join(directory, name), 'utf8')
    return name.endsWith('.json') ? requiredInJson(text) : requiredInHcl(text)
  })
  return found.length === 0 ? undefined : { text: found.join(', '), from: '`required_version`' }
}

/** What stands in a comment does not count. */
const requiredInHcl = (text: string): readonly string[] =>
  [...text.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/^(?:[^#/\n]|\/(?!\/))*?\brequired_version\s*=\s*"([^"]+)"/gm)].map(
    ([, version = '']) => version,
  )

/** JSON that cannot be read is for Terraform to tell. */
function requiredInJson(text: string): readonly string[] {
  try {
    const { terraform } = JSON.parse(text) as { readonly terraform?: unknown }
    return [terraform].flat().flatMap((block) => {
      const version = member(block, 'required_version')
      return typeof version === 'string' ? [version] : []
    })
  } catch {
    return []
  }
}

/** The folder and all above it, up to the root of the repository. */
function upTo(root: string, directory: string): readonly string[] {
  const folders = [directory]
  for (let folder = directory; folder !== root && dirname(folder) !== folder; ) {
    folder = dirname(folder)
    folders.push(folder)
  }
  return folders
}
