// What a file has and ECS leaves out without an error: `null` in a list, and environment variables without a value.
import type { ContainerDefinition } from '@aws-sdk/client-ecs'
import { type Shape, taskDefinitionShape } from './schema.ts'

/** One sentence for each entry that ECS leaves out. For a task definition whose types are right. */
export function leftOut(taskDefinition: {
  readonly containerDefinitions: readonly ContainerDefinition[]
}): readonly string[] {
  return [
    ...nullsIn(taskDefinitionShape(), taskDefinition, '').map((path) => `\`${path}\` is \`null\`: ECS leaves it out.`),
    ...taskDefinition.containerDefinitions.flatMap((container) =>
      (container?.environment ?? [])
        .filter((variable) => variable !== null && !hasValue(variable))
        .map(
          ({ name }) =>
            `The variable \`${name}\` of container \`${container.name}\` has no value: ECS leaves it out. For an empty one write \`"value": ""\`.`,
        ),
    ),
  ]
}

/** Whether ECS keeps an environment variable. An empty string is a value. */
export const hasValue = ({ value }: { readonly value?: string | null | undefined }): boolean =>
  value !== undefined && value !== null

function nullsIn(shape: Shape, value: unknown, path: string): readonly string[] {
  if (shape.kind === 'list' && Array.isArray(value)) {
    return value.flatMap((item, index) =>
      item === null ? [`${path}[${index}]`] : nullsIn(shape.item, item, `${path}[${index}]`),
    )
  }
  if (shape.kind !== 'object' || typeof value !== 'object' || value === null) return []
  return [...shape.members].flatMap(([name, member]) =>
    nullsIn(member, (value as Record<string, unknown>)[name], path === '' ? name : `${path}.${name}`),
  )
}
