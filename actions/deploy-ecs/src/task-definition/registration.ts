import type { ContainerDefinition, RegisterTaskDefinitionRequest, Tag, TaskDefinition } from '@aws-sdk/client-ecs'

/** A task definition as it is registered: none of the members that AWS adds to a revision. */
export type Registration = RegisterTaskDefinitionRequest & {
  readonly family: string
  readonly containerDefinitions: readonly ContainerDefinition[]
}

/** What AWS adds to a revision, and does not take back. */
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

/** A revision as it would be registered again: read-only members dropped, tags kept, all else as it is. */
export function toRegistration(revision: TaskDefinition, tags: readonly Tag[] = []): Registration {
  const kept = Object.fromEntries(
    Object.entries(withoutNulls(revision)).filter(([key]) => !READ_ONLY.some((name) => name === key)),
  ) as TaskDefinition
  const { family = '', containerDefinitions = [] } = kept
  return { ...kept, family, containerDefinitions, ...(tags.length === 0 ? {} : { tags: [...tags] }) }
}

/**
 * Drops members that are `null` or `undefined`, at any depth, and nothing else: an empty text or list can mean something
 * (an empty `command` undoes the image's, an environment variable may be empty).
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
