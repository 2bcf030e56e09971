import { InputError } from '../../../../toolkit/errors.ts'
import { type Registration, toRegistration } from './registration.ts'
import { unknownMembers } from './unknown-members.ts'

/** What a task definition file says, and which of its members ECS does not know. */
export interface ParsedFile {
  readonly registration: Registration
  readonly unknown: readonly string[]
}

/**
 * Reads a task definition from JSON: as it is registered, or as `aws ecs describe-task-definition` prints it.
 * A file without a family gets `family`.
 */
export function parseTaskDefinitionFile(text: string, path: string, family: string): ParsedFile {
  const document = parseJson(text, path)
  const { taskDefinition = document, tags } = document as { taskDefinition?: unknown; tags?: unknown }
  if (!isObject(taskDefinition)) throw wrong(path, 'is not a JSON object.')
  const definitions = taskDefinition['containerDefinitions']
  if (definitions === undefined) {
    throw wrong(path, 'has no `containerDefinitions`.', capitalised(taskDefinition))
  }
  if (!Array.isArray(definitions) || definitions.length === 0 || !definitions.every(isObject)) {
    throw wrong(path, 'has `containerDefinitions` that are not a list of containers.')
  }
  const nameless = definitions.findIndex(({ name }) => typeof name !== 'string' || name === '')
  if (nameless >= 0) throw wrong(path, `has a container without a name: \`containerDefinitions[${nameless}]\`.`)
  const registration = toRegistration({ family, ...taskDefinition }, Array.isArray(tags) ? tags : [])
  return { registration, unknown: unknownMembers(taskDefinition) }
}

function parseJson(text: string, path: string): object {
  let document: unknown
  try {
    // A byte order mark is what some editors on Windows put first.
    document = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw wrong(path, 'is not JSON.', 'ECS takes task definitions as JSON; YAML has to be converted first.', cause)
  }
  if (!isObject(document)) throw wrong(path, 'is not a JSON object.')
  return document
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const capitalised = (document: object): string | undefined =>
  'ContainerDefinitions' in document
    ? "It has `ContainerDefinitions`, which is CloudFormation's spelling: ECS begins each member with a small letter."
    : undefined

const wrong = (path: string, problem: string, hint?: string, cause?: unknown) =>
  new InputError('task-definition', `is wrong: the file \`${path}\` ${problem}`, {
    hint:
      hint ??
      'Compare it with `aws ecs describe-task-definition --task-definition FAMILY`, which prints one in the same form.',
    cause,
  })
