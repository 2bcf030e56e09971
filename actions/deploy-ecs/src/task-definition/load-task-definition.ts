import { readFileSync } from 'node:fs'
import { CancelledError, InputError } from '../../../../toolkit/errors.ts'
import type { AwsCalls } from '../aws/aws-calls.ts'
import { familyOf, revisionName } from '../aws/short-names.ts'
import { describeTaskDefinition, isDeployable } from '../aws/task-definitions.ts'
import type { TaskDefinitionSource } from '../inputs/task-definition-source.ts'
import { type Registration, toRegistration } from './registration.ts'
import { parseTaskDefinitionFile } from './task-definition-file.ts'
import { unknownMembers } from './unknown-members.ts'

/** The task definition that a deploy starts from. */
export interface LoadedTaskDefinition {
  readonly registration: Registration
  /** Its source, for messages: `web:12`, `the file task-definition.json`. */
  readonly source: string
  /** ARN of the revision, if it is one that can be deployed unchanged: not a file, a template or a deregistered one. */
  readonly arn?: string
  /** Sentences about entries of a file that ECS leaves out. */
  readonly leftOut: readonly string[]
  /** Paths of members that the SDK does not know. A revision that is registered from this one is without them. */
  readonly unknown: readonly string[]
}

/** Loads the task definition that the deploy of a service starts from. `current`: its current revision. @throws InputError */
export async function loadTaskDefinition(
  aws: AwsCalls,
  source: TaskDefinitionSource,
  current: string,
): Promise<LoadedTaskDefinition> {
  switch (source.kind) {
    case 'file': {
      const parsed = parseTaskDefinitionFile(readText(source.path), source.path, familyOf(current))
      return { ...parsed, source: `the file ${source.path}` }
    }
    case 'service':
      return loadRevision(aws, 'service', current)
    case 'revision':
      return loadRevision(aws, 'task-definition', source.taskDefinition)
    case 'family':
      return loadRevision(aws, 'task-definition', source.family)
    case 'template': {
      const { arn: _, ...template } = await loadRevision(aws, 'template', source.family)
      const registration = { ...template.registration, family: familyBeside(source.family, current) }
      return { ...template, registration, source: `the template ${template.source}` }
    }
  }
}

/**
 * The family that a service with a template registers its revisions in: the one that it runs. A service that still runs the
 * template, which stays Terraform's, gets the family without `-template`, else with `-deployed`.
 */
export function familyBeside(template: string, current: string): string {
  const family = familyOf(current)
  if (family !== template) return family
  const own = template.replace(/-template$/, '')
  return own === template ? `${template}-deployed` : own
}

/** Loads a revision, or the latest one of a family, that `input` names. @throws InputError */
export async function loadRevision(
  aws: AwsCalls,
  input: string,
  taskDefinition: string,
): Promise<LoadedTaskDefinition> {
  const revision = await describeTaskDefinition(aws, taskDefinition)
  if (revision === undefined) {
    throw new InputError(input, `leads to task definition \`${revisionName(taskDefinition)}\`, which does not exist.`, {
      hint: `Check the name, the account and the region.${input === 'task-definition' ? ' A path to a file has a dot or a slash in it: `./taskdef`.' : ''}`,
    })
  }
  const arn = revision.taskDefinition.taskDefinitionArn ?? ''
  return {
    registration: toRegistration(revision.taskDefinition, revision.tags),
    source: revisionName(arn),
    leftOut: [],
    unknown: unknownMembers(revision.raw ?? {}),
    ...(isDeployable(revision) ? { arn } : {}),
  }
}

/** The content of a revision, for what may be left unsaid: `undefined` if it cannot be read. */
export async function registrationOf(aws: AwsCalls, taskDefinition: string): Promise<Registration | undefined> {
  try {
    const revision = await describeTaskDefinition(aws, taskDefinition)
    return revision && toRegistration(revision.taskDefinition, revision.tags)
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return undefined
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new InputError('task-definition', `names the file \`${path}\`, which cannot be read.`, {
      hint: 'The path is relative to the workspace: is there an actions/checkout step before this one?',
      cause,
    })
  }
}
