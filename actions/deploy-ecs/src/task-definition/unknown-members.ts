// The SDK drops members that it does not know without an error: a typing error such as `enviroment` would deploy a service
// without its environment. The SDK's schema of the request has the members that it knows.
import { READ_ONLY } from './registration.ts'
import { type Shape, serviceShape, taskDefinitionShape } from './schema.ts'

/** The paths of the members that the SDK would drop, such as `containerDefinitions[0].enviroment`. */
export function unknownMembers(taskDefinition: object): readonly string[] {
  return unknownIn(taskDefinitionShape(), taskDefinition, '').filter((path) => !READ_ONLY.some((name) => name === path))
}

/** The paths of the members of a service, as AWS sent it, that the SDK drops, such as `deploymentConfiguration.pace`. */
export const unknownServiceMembers = (service: object): readonly string[] => unknownIn(serviceShape(), service, '')

/** The same without those members: what the SDK would send. */
export const withoutUnknown = (taskDefinition: object): object => known(taskDefinitionShape(), taskDefinition) as object

function known(shape: Shape, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((item) => known(shape.item, item))
  if (shape.kind !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const inner = shape.members.get(key)
      return inner === undefined ? [] : [[key, known(inner, member)]]
    }),
  )
}

function unknownIn(shape: Shape, value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (shape.kind === 'list' && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownIn(shape.item, item, `${path}[${index}]`))
  }
  if (shape.kind === 'map') {
    return Object.entries(value).flatMap(([key, member]) => unknownIn(shape.value, member, below(path, key)))
  }
  if (shape.kind !== 'object') return []
  return Object.entries(value).flatMap(([key, member]) => {
    const known = shape.members.get(key)
    return known === undefined ? [below(path, key)] : unknownIn(known, member, below(path, key))
  })
}

const below = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)
