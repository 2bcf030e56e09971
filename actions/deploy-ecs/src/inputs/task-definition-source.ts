import { InputError } from '../../../../toolkit/errors.ts'
import type { InputReader } from '../../../../toolkit/inputs.ts'
import { parseTaskDefinitionArn } from '../aws/short-names.ts'

/** The task definition that a deploy starts from. */
export type TaskDefinitionSource =
  /** The current revision of the service. */
  | { readonly kind: 'service' }
  | { readonly kind: 'file'; readonly path: string }
  /** One revision, by ARN or as `family:revision`. */
  | { readonly kind: 'revision'; readonly taskDefinition: string }
  /** The latest revision of a family. */
  | { readonly kind: 'family'; readonly family: string }
  /** The latest revision of a family that Terraform owns. New revisions are registered in the family of the service. */
  | { readonly kind: 'template'; readonly family: string }

const FAMILY = /^[\w-]{1,255}$/

/** The inputs that choose the task definition. */
export const SOURCE_INPUTS = ['task-definition', 'template', 'task-definition-arn', 'task-definition-family'] as const

/** Reads `task-definition`, `template`, and the inputs of AWS's render action with the same meaning. @throws InputError */
export function readTaskDefinitionSource(reader: InputReader): TaskDefinitionSource {
  const given = SOURCE_INPUTS.filter((name) => reader.text(name) !== undefined)
  const [name, second] = given
  if (second !== undefined) {
    throw new InputError(second, `is set, and so is \`${name}\`: both choose the task definition.`, {
      hint: `Keep one of ${given.map((other) => `\`${other}\``).join(' and ')}. Without any, the deploy starts from the current revision of the service.`,
    })
  }
  const revision = reader.integer('task-definition-revision', { min: 1, max: 1_000_000_000 })
  if (revision !== undefined && name !== 'task-definition-family') {
    throw new InputError('task-definition-revision', 'is set without `task-definition-family`.', {
      hint: `Write \`task-definition: FAMILY:${revision}\`.`,
    })
  }
  if (name === undefined) return { kind: 'service' }
  const value = reader.required(name, 'web')
  if (name === 'template') return { kind: 'template', family: family(name, value) }
  if (name === 'task-definition-family') {
    return revision === undefined
      ? { kind: 'family', family: family(name, value) }
      : { kind: 'revision', taskDefinition: `${family(name, value)}:${revision}` }
  }
  return parseTaskDefinition(name, value)
}

function parseTaskDefinition(input: string, value: string): TaskDefinitionSource {
  if (value.startsWith('arn:') || input === 'task-definition-arn') {
    if (parseTaskDefinitionArn(value) !== undefined) return { kind: 'revision', taskDefinition: value }
    throw new InputError(input, `is \`${value}\`, which is not the ARN of a task definition.`, {
      hint: 'It looks like `arn:aws:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION`.',
    })
  }
  if (/^[\w-]+:\d+$/.test(value)) return { kind: 'revision', taskDefinition: value }
  // The name of a family has neither dots nor slashes, so a path is recognized without a look at the disk.
  if (/[./\\]/.test(value)) return { kind: 'file', path: value }
  if (FAMILY.test(value)) return { kind: 'family', family: value }
  throw new InputError(input, `is \`${value}\`, which is neither a file, an ARN, a family nor \`family:revision\`.`, {
    hint: 'Write for example `task-definition.json`, `web` or `web:12`; a file without an extension as `./name`.',
  })
}

function family(input: string, value: string): string {
  if (FAMILY.test(value)) return value
  throw new InputError(input, `is \`${value}\`, which is not the name of a task definition family.`, {
    hint: 'A family has letters, digits, hyphens and underscores, for example `web-template`.',
  })
}
