// The SDK drops members that it does not know without an error: a typing error such as `enviroment` would deploy a service
// without its environment. The SDK's schema of the request has the members that it knows.
import { RegisterTaskDefinitionRequest$ } from '@aws-sdk/client-ecs'
import { READ_ONLY } from './registration.ts'

/** Kinds of schema: the first number of one. */
const LIST = 1
const MAP = 2
const STRUCTURE = 3

/** The paths of the members that the SDK would drop, such as `containerDefinitions[0].enviroment`. */
export function unknownMembers(taskDefinition: object): readonly string[] {
  return unknownIn(RegisterTaskDefinitionRequest$, taskDefinition, '').filter(
    (path) => !READ_ONLY.some((name) => name === path),
  )
}

function unknownIn(schema: unknown, value: unknown, path: string): readonly string[] {
  const shape = resolved(schema)
  if (!Array.isArray(shape) || typeof value !== 'object' || value === null) return []
  if (shape[0] === LIST && Array.isArray(value)) {
    return value.flatMap((item, index) => unknownIn(shape[4], item, `${path}[${index}]`))
  }
  if (shape[0] === MAP) {
    return Object.entries(value).flatMap(([key, member]) => unknownIn(shape[5], member, below(path, key)))
  }
  if (shape[0] !== STRUCTURE) return []
  const [names, members] = [shape[4] as readonly string[], shape[5] as readonly unknown[]]
  return Object.entries(value).flatMap(([key, member]) => {
    const index = names.indexOf(key)
    return index < 0 ? [below(path, key)] : unknownIn(members[index], member, below(path, key))
  })
}

/** The schema itself: it can be behind a function, or in a pair with its traits. */
function resolved(schema: unknown): unknown {
  if (typeof schema === 'function') return resolved(schema())
  if (Array.isArray(schema) && schema.length === 2 && typeof schema[0] !== 'number') return resolved(schema[0])
  return schema
}

const below = (path: string, key: string) => (path === '' ? key : `${path}.${key}`)
