import type { TaskDefinition } from '@aws-sdk/client-ecs'
import { InputError } from '../../../../toolkit/errors.ts'
import { parseJson, TooDeepError } from '../../../../toolkit/text/json.ts'
import { leftOut } from './left-out.ts'
import { type Registration, toRegistration } from './registration.ts'
import { unknownMembers, withoutUnknown } from './unknown-members.ts'
import { wrongTypes } from './wrong-types.ts'

/** The task definition in a file. */
export interface ParsedFile {
  readonly registration: Registration
  /** Sentences about entries that ECS leaves out. */
  readonly leftOut: readonly string[]
  /** Paths of members that the SDK does not know. `registration` is without them. */
  readonly unknown: readonly string[]
}

/**
 * Parses a task definition from JSON, in the form of RegisterTaskDefinition or of `aws ecs describe-task-definition`. A file
 * without a family gets `family`. @throws InputError
 */
export function parseTaskDefinitionFile(text: string, path: string, family: string): ParsedFile {
  const document = parseDocument(text, path)
  const { taskDefinition = document, tags } = document as { taskDefinition?: unknown; tags?: unknown }
  if (!isObject(taskDefinition)) throw wrong(path, 'is not a JSON object.')
  const definitions = taskDefinition['containerDefinitions']
  if (definitions === undefined) {
    throw wrong(path, 'has no `containerDefinitions`.', capitalised(taskDefinition))
  }
  if (!Array.isArray(definitions) || definitions.length === 0 || !definitions.every(isObject)) {
    throw wrong(path, 'has `containerDefinitions` that are not a list of containers.')
  }
  const named = { ...taskDefinition, family: taskDefinition['family'] ?? family }
  refuseWrongTypes(path, tags === undefined ? named : { ...named, tags })
  const nameless = definitions.findIndex(({ name }) => typeof name !== 'string' || name === '')
  if (nameless >= 0) throw wrong(path, `has a container without a name: \`containerDefinitions[${nameless}]\`.`)
  // Its types were checked above.
  const typed = withoutUnknown(named) as TaskDefinition & Pick<Registration, 'containerDefinitions'>
  const registration = toRegistration(typed, Array.isArray(tags) ? tags : [])
  return { registration, leftOut: leftOut(typed), unknown: unknownMembers(taskDefinition) }
}

/** More would be one mistake many times. */
const MOST_SHOWN = 10

function refuseWrongTypes(path: string, taskDefinition: object): void {
  const problems = wrongTypes(taskDefinition)
  if (problems.length === 0) return
  const more = problems.length > MOST_SHOWN ? [`And ${problems.length - MOST_SHOWN} more.`] : []
  throw wrong(path, ['does not have the types of ECS.', ...problems.slice(0, MOST_SHOWN), ...more].join('\n'))
}

function parseDocument(text: string, path: string): object {
  let document: unknown
  try {
    // Some editors on Windows write a byte order mark.
    document = parseJson(text.replace(/^\uFEFF/, ''), `The file \`${path}\``)
  } catch (cause) {
    if (cause instanceof TooDeepError) throw cause
    throw wrong(path, 'is not JSON.', 'ECS takes task definitions as JSON. Convert YAML first.', cause)
  }
  if (!isObject(document)) throw wrong(path, 'is not a JSON object.')
  return document
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const capitalised = (document: object): string | undefined =>
  'ContainerDefinitions' in document
    ? "It has `ContainerDefinitions`, which is CloudFormation's spelling: ECS writes `containerDefinitions`."
    : undefined

const wrong = (path: string, problem: string, hint?: string, cause?: unknown) =>
  new InputError('task-definition', `is wrong: the file \`${path}\` ${problem}`, {
    hint:
      hint ??
      'Compare it with `aws ecs describe-task-definition --task-definition FAMILY`, which prints one in the same form.',
    cause,
  })
