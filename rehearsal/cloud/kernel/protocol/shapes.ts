// Validates requests and responses against the AWS SDK's own models, such as `CreateService$` in client-ecs.
// A schema is a number (a simple type, or a list or map of one), an array, or a function that gives one.

/** A schema of the SDK. `unknown`, because its exported types cannot be traversed. */
export type Schema = unknown

/** A place where a value does not match its shape. */
export interface Misfit {
  /** Where, such as `containerDefinitions[0].cpu`. */
  readonly path: string
  readonly kind: 'type' | 'missing' | 'unknown'
  /** What the shape wants there: `Integer`, `String`, `List`, `Map`, `Structure`, `Boolean`, `Timestamp`. */
  readonly wanted: string
  readonly found: string
}

const LIST = 64
const MAP = 128

/** Compares `value` with `schema`, all the way down. `null` counts as absent, as in AWS. */
export function misfits(schema: Schema, value: unknown): readonly Misfit[] {
  const found: Misfit[] = []
  walk(schema, value, '', found)
  return found
}

/** The input and output shapes of an operation's schema. */
export function operationShapes(operation: Schema): { readonly input: Schema; readonly output: Schema } {
  const [, , , , input, output] = operation as readonly unknown[]
  return { input: resolve(input), output: resolve(output) }
}

function walk(schema: Schema, value: unknown, path: string, found: Misfit[]): void {
  if (value === undefined || value === null) return
  const shape = resolve(schema)
  if (typeof shape === 'number') {
    if (shape >= MAP) walkMap(shape - MAP, value, path, found)
    else if (shape >= LIST) walkList(shape - LIST, value, path, found)
    else walkSimple(shape, value, path, found)
    return
  }
  const [kind, , , , fourth, fifth, sixth] = shape as readonly unknown[]
  if (kind === 0) walk(fourth, value, path, found)
  else if (kind === 1) walkList(fourth, value, path, found)
  else if (kind === 2) walkMap(fifth, value, path, found)
  else walkStructure(fourth as readonly string[], fifth as readonly Schema[], Number(sixth ?? 0), value, path, found)
}

function walkStructure(
  names: readonly string[],
  schemas: readonly Schema[],
  required: number,
  value: unknown,
  path: string,
  found: Misfit[],
): void {
  if (!isObject(value)) {
    found.push({ path, kind: 'type', wanted: 'Structure', found: kindOf(value) })
    return
  }
  names.forEach((name, i) => {
    const member = value[name]
    const at = path === '' ? name : `${path}.${name}`
    if ((member === undefined || member === null) && i < required) {
      found.push({ path: at, kind: 'missing', wanted: wantedBy(schemas[i]), found: 'nothing' })
    }
    walk(schemas[i], member, at, found)
  })
  for (const name of Object.keys(value)) {
    if (names.includes(name) || value[name] === undefined) continue
    const at = path === '' ? name : `${path}.${name}`
    found.push({ path: at, kind: 'unknown', wanted: 'nothing', found: kindOf(value[name]) })
  }
}

function walkList(item: Schema, value: unknown, path: string, found: Misfit[]): void {
  if (!Array.isArray(value)) {
    found.push({ path, kind: 'type', wanted: 'List', found: kindOf(value) })
    return
  }
  value.forEach((element, i) => {
    walk(item, element, `${path}[${i}]`, found)
  })
}

function walkMap(item: Schema, value: unknown, path: string, found: Misfit[]): void {
  if (!isObject(value)) {
    found.push({ path, kind: 'type', wanted: 'Map', found: kindOf(value) })
    return
  }
  for (const [key, element] of Object.entries(value)) walk(item, element, `${path}.${key}`, found)
}

const SIMPLE: Readonly<Record<number, readonly [wanted: string, fits: (value: unknown) => boolean]>> = {
  0: ['String', (value) => typeof value === 'string'],
  1: ['Integer', (value) => typeof value === 'number'],
  2: ['Boolean', (value) => typeof value === 'boolean'],
  4: ['Timestamp', (value) => typeof value === 'number' || value instanceof Date],
  5: ['Timestamp', (value) => typeof value === 'string' || value instanceof Date],
  7: ['Timestamp', (value) => typeof value === 'number' || value instanceof Date],
}

function walkSimple(code: number, value: unknown, path: string, found: Misfit[]): void {
  const [wanted, fits] = SIMPLE[code] ?? []
  if (wanted !== undefined && !fits?.(value)) found.push({ path, kind: 'type', wanted, found: kindOf(value) })
}

function wantedBy(schema: Schema): string {
  const shape = resolve(schema)
  if (typeof shape === 'number')
    return shape >= MAP ? 'Map' : shape >= LIST ? 'List' : (SIMPLE[shape]?.[0] ?? 'Document')
  const kind = (shape as readonly unknown[])[0]
  return kind === 1 ? 'List' : kind === 2 ? 'Map' : kind === 0 ? 'String' : 'Structure'
}

/** Resolves functions, and drops a member's traits. */
function resolve(schema: Schema): Schema {
  if (typeof schema === 'function') return resolve(schema())
  if (Array.isArray(schema) && typeof schema[1] !== 'string') return resolve(schema[0])
  return schema
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'List'
  if (value instanceof Date) return 'Timestamp'
  if (value === null) return 'Null'
  return (
    { string: 'String', number: 'Number', boolean: 'Boolean', object: 'Structure' }[typeof value as string] ??
    typeof value
  )
}
