import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { ToolInputs } from '../inputs/inputs.ts'
import { type Constraint, parseConstraint } from './version-constraint.ts'

/** A version constraint, and where it was found. */
export interface WantedVersion {
  readonly text: string
  readonly from: string
  readonly allows: Constraint
}

/**
 * The version constraint: from the input, else from a version file in the directory or above it, else from `required_version` in
 * the configuration. `undefined` when there is none.
 */
export function wantedVersion(inputs: ToolInputs, directory: string, root: string): WantedVersion | undefined {
  const given =
    inputs.version === undefined ? undefined : { text: inputs.version, from: 'the input `terraform-version`' }
  const found = given ?? fromFiles(inputs.tool, directory, root) ?? fromConfiguration(directory)
  if (found === undefined) return undefined
  const allows = parseConstraint(found.text)
  if (allows !== undefined) return { ...found, allows }
  throw new SlipwayError(`\`${found.text}\` in ${found.from} is not a valid Terraform version constraint.`, {
    hint: 'Write a version such as `1.11.4`, a constraint such as `~> 1.11` or `>= 1.10, < 2.0`, or `latest`.',
  })
}

interface Found {
  readonly text: string
  readonly from: string
}

function fromFiles(tool: ToolInputs['tool'], directory: string, root: string): Found | undefined {
  for (const folder of upTo(root, directory)) {
    const own = join(folder, `.${tool}-version`)
    if (existsSync(own)) return { text: readFileSync(own, 'utf8').trim(), from: `\`${relative(root, own)}\`` }
    const shared = join(folder, '.tool-versions')
    const line = existsSync(shared) ? new RegExp(`^${tool}\\s+(\\S+)`, 'm').exec(readFileSync(shared, 'utf8')) : null
    if (line?.[1] !== undefined) return { text: line[1], from: `\`${relative(root, shared)}\`` }
  }
  return undefined
}

/** `required_version` in every file: Terraform requires all of them. */
function fromConfiguration(directory: string): Found | undefined {
  const files = readdirSync(directory).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name))
  const found = files.flatMap((name) => {
    const text = readFileSync(join(directory, name), 'utf8')
    return name.endsWith('.json') ? requiredInJson(text) : requiredInHcl(text)
  })
  return found.length === 0 ? undefined : { text: found.join(', '), from: '`required_version`' }
}

/** Skips comments. */
const requiredInHcl = (text: string): readonly string[] =>
  [...text.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/^(?:[^#/\n]|\/(?!\/))*?\brequired_version\s*=\s*"([^"]+)"/gm)].map(
    ([, version = '']) => version,
  )

/** Terraform itself reports JSON that cannot be read. */
function requiredInJson(text: string): readonly string[] {
  try {
    const { terraform } = JSON.parse(text) as { readonly terraform?: unknown }
    return [terraform].flat().flatMap((block) => {
      const version = (block as { readonly required_version?: unknown } | null | undefined)?.required_version
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
