// The SDK's schemas of a task definition and of a service, in a form that can be walked. The SDK exports schemas as nested arrays: the first number
// is the kind, and a list or a map of a simple type is a number of its own.
import { RegisterTaskDefinitionRequest$, Service$ } from '@aws-sdk/client-ecs'

/** What the SDK knows of a value. `any`: the SDK does not say more. */
export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'any' }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'map'; readonly value: Shape }
  | {
      readonly kind: 'object'
      readonly members: ReadonlyMap<string, Shape>
      readonly required: readonly string[]
    }

const LIST = 1
const MAP = 2
const STRUCTURE = 3
const UNION = 4

/** Added to the number of a simple type. */
const LIST_OF = 64
const MAP_OF = 128

const SIMPLE: Readonly<Record<number, 'string' | 'number' | 'boolean'>> = { 0: 'string', 1: 'number', 2: 'boolean' }

/** The shape of the request of RegisterTaskDefinition. */
export const taskDefinitionShape = (): Shape => shapeOf(RegisterTaskDefinitionRequest$)

/** The shape of a service in an answer. */
export const serviceShape = (): Shape => shapeOf(Service$)

function shapeOf(schema: unknown): Shape {
  const resolved = resolve(schema)
  if (typeof resolved === 'number') return shapeOfNumber(resolved)
  if (!Array.isArray(resolved)) return { kind: 'any' }
  const [kind, , , , fourth, fifth, required] = resolved as readonly unknown[]
  if (kind === LIST) return { kind: 'list', item: shapeOf(fourth) }
  if (kind === MAP) return { kind: 'map', value: shapeOf(fifth) }
  if (kind === 0) return shapeOf(fourth)
  if (kind !== STRUCTURE && kind !== UNION) return { kind: 'any' }
  const [names, members] = [fourth as readonly string[], fifth as readonly unknown[]]
  return {
    kind: 'object',
    members: new Map(names.map((name, index) => [name, shapeOf(members[index])])),
    // Required members come first.
    required: names.slice(0, Number(required ?? 0)),
  }
}

function shapeOfNumber(code: number): Shape {
  if (code >= MAP_OF) return { kind: 'map', value: shapeOfNumber(code - MAP_OF) }
  if (code >= LIST_OF) return { kind: 'list', item: shapeOfNumber(code - LIST_OF) }
  return { kind: SIMPLE[code] ?? 'any' }
}

/** The schema itself: it can be behind a function, or in a pair with its traits. */
function resolve(schema: unknown): unknown {
  if (typeof schema === 'function') return resolve(schema())
  if (Array.isArray(schema) && schema.length === 2 && typeof schema[0] !== 'number') return resolve(schema[0])
  return schema
}
