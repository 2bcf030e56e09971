import type { ContainerDefinition, RegisterTaskDefinitionRequest, Tag, TaskDefinition } from '@aws-sdk/client-ecs'
import { hasValue } from './left-out.ts'

/** A task definition as it is registered: without the members that AWS adds to a revision. */
export type Registration = RegisterTaskDefinitionRequest & {
  readonly family: string
  readonly containerDefinitions: readonly ContainerDefinition[]
}

/** The members that AWS adds to a revision, and refuses in a registration. */
export const READ_ONLY = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
] as const

/** A revision as it would be registered again: without read-only members and what ECS leaves out, with its tags. */
export function toRegistration(revision: TaskDefinition, tags: readonly Tag[] = []): Registration {
  const kept = Object.fromEntries(
    Object.entries(withoutNulls(revision)).filter(([key]) => !READ_ONLY.some((name) => name === key)),
  ) as TaskDefinition
  const { family = '', containerDefinitions = [] } = kept
  return {
    ...kept,
    family,
    containerDefinitions: containerDefinitions.map(withoutValueless),
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
  }
}

/** Without the environment variables that ECS leaves out. Sent, each deploy would find a difference to the revision before. */
function withoutValueless(container: ContainerDefinition): ContainerDefinition {
  const { environment } = container
  return environment === undefined ? container : { ...container, environment: environment.filter(hasValue) }
}

/**
 * Drops members that are `null` or `undefined`, at any depth. Keeps empty strings and lists, which have a meaning: an empty
 * `command` overrides that of the image, and a variable may be empty.
 */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.filter((item) => item !== null && item !== undefined).map(withoutNulls) as T
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([key, member]) => [key, withoutNulls(member)]),
  ) as T
}
