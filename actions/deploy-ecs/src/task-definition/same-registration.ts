import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { sortKeys } from '../../../../toolkit/objects.ts'
import { READ_ONLY, type Registration, withoutNulls } from './registration.ts'

/**
 * Whether registering `next` would create a revision that is the same as `present`. Ignores the order of lists where it has no
 * meaning, and defaults that AWS adds.
 */
export const sameRegistration = (next: Registration, present: Registration): boolean =>
  JSON.stringify(canonical(next)) === JSON.stringify(canonical(present))

/** A task definition in one form: without defaults and read-only members, keys and named lists sorted. */
export function canonical(registration: Registration): Readonly<Record<string, unknown>> {
  const awsvpc = registration.networkMode === 'awsvpc' || registration.networkMode === 'host'
  const { tags, ...rest } = withoutNulls(registration)
  return sortKeys(
    withoutEmpty({
      ...Object.fromEntries(Object.entries(rest).filter(([key]) => !READ_ONLY.some((name) => name === key))),
      cpu: inUnits(rest.cpu),
      memory: inUnits(rest.memory),
      requiresCompatibilities: [...(rest.requiresCompatibilities ?? [])].sort(),
      tags: byKey(tags ?? [], ({ key }) => key),
      containerDefinitions: rest.containerDefinitions.map((container) => canonicalContainer(container, awsvpc)),
    }),
  ) as Record<string, unknown>
}

/** `512` of `.5 vCPU` and of `.5 GB`, as ECS shows it. */
function inUnits(size: string | undefined): string | undefined {
  const [, number] = /^(\d*\.?\d+)\s*(?:vCPU|GB)$/i.exec(size ?? '') ?? []
  return number === undefined ? size : String(Number(number) * 1024)
}

function canonicalContainer(container: ContainerDefinition, portsAreOwn: boolean): Record<string, unknown> {
  const { cpu, essential, healthCheck, portMappings, ...rest } = container
  return {
    ...rest,
    ...(cpu === 0 ? {} : { cpu }),
    ...(essential === true ? {} : { essential }),
    environment: byKey(container.environment ?? [], ({ name }) => name),
    secrets: byKey(container.secrets ?? [], ({ name }) => name),
    healthCheck: healthCheck && without(healthCheck, { interval: 30, timeout: 5, retries: 3 }),
    portMappings: portMappings?.map((mapping) =>
      without(mapping, { protocol: 'tcp', hostPort: portsAreOwn ? mapping.containerPort : 0 }),
    ),
    // An empty one overrides that of the image, so it must not be dropped.
    command: container.command && { words: container.command, count: container.command.length },
    entryPoint: container.entryPoint && { words: container.entryPoint, count: container.entryPoint.length },
  }
}

const without = (value: object, defaults: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(value).filter(([key, member]) => member !== defaults[key]))

const byKey = <T>(items: readonly T[], key: (item: T) => string | undefined): T[] =>
  [...items].sort((a, b) => compare(key(a) ?? '', key(b) ?? ''))

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Leaves out `undefined`, empty lists and empty objects, from the inside out. Texts and numbers stay. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, withoutEmpty(member)] as const)
      .filter(([, member]) => member !== undefined && !isEmpty(member)),
  )
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0
