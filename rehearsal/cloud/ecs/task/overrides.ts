import type { ContainerDefinition, TaskOverride } from '@aws-sdk/client-ecs'

/** A container definition with RunTask's overrides applied. */
export function withOverride(container: ContainerDefinition, overrides: TaskOverride = {}): ContainerDefinition {
  const override = overrides.containerOverrides?.find(({ name }) => name === container.name)
  if (override === undefined) return container
  const { command, environment = [], cpu, memory, memoryReservation } = override
  const replaced = new Set(environment.map(({ name }) => name))
  const kept = (container.environment ?? []).filter(({ name }) => !replaced.has(name))
  return {
    ...container,
    ...(command === undefined ? {} : { command }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    environment: [...kept, ...environment],
  }
}
