// The SDK sends values of a wrong type as they are. AWS answers with a SerializationException that names neither member nor
// container, and code that compares or merges task definitions fails earlier, and without a word about the file.
import { type Shape, taskDefinitionShape } from './schema.ts'

/** One sentence for each member of a wrong type: its path, what was found, what ECS takes. Values of variables are not shown. */
export const wrongTypes = (taskDefinition: object): readonly string[] =>
  wrongIn(taskDefinitionShape(), taskDefinition, { path: '', names: [] })

/** Where a value is. `names`: those of the container, variable or volume around it. */
interface Place {
  readonly path: string
  readonly names: readonly string[]
}

/** `null` counts as absent, as in AWS. */
function wrongIn(shape: Shape, value: unknown, at: Place): readonly string[] {
  if (value === undefined || value === null || shape.kind === 'any') return []
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) return [wrong(at, shape, value)]
      return value.flatMap((item, index) => wrongIn(shape.item, item, { ...at, path: `${at.path}[${index}]` }))
    case 'map':
      if (!isObject(value)) return [wrong(at, shape, value)]
      return Object.entries(value).flatMap(([key, member]) => wrongIn(shape.value, member, below(at, key)))
    case 'object': {
      if (!isObject(value)) return [wrong(at, shape, value)]
      const here = named(at, value)
      const missing = shape.required
        .filter((name) => value[name] === undefined || value[name] === null)
        .map((name) => `${describe(below(here, name))} is missing.`)
      const members = [...shape.members].flatMap(([name, member]) => wrongIn(member, value[name], below(here, name)))
      return [...missing, ...members]
    }
    case 'number':
      return Number.isInteger(value) ? [] : [wrong(at, shape, value)]
    default:
      return typeof value === shape.kind ? [] : [wrong(at, shape, value)]
  }
}

const wrong = (at: Place, shape: Shape, value: unknown) =>
  `${describe(at)} is ${foundIn(shape, value)}, and ECS takes ${wantedBy(shape)}. ${fix(shape, value)}`

/** A value of a number or a flag is no secret; one of a text may be. */
function foundIn({ kind }: Shape, value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (kind === 'number' || kind === 'boolean') return `the ${typeof value} \`${JSON.stringify(value)}\``
  return `a ${typeof value}`
}

function wantedBy(shape: Shape): string {
  if (shape.kind === 'number') return 'a whole number'
  if (shape.kind === 'list') return `a list of ${shape.item.kind}s`
  return shape.kind === 'object' || shape.kind === 'map' ? 'an object' : `a ${shape.kind}`
}

function fix(shape: Shape, value: unknown): string {
  const isText = typeof value === 'string'
  if (shape.kind === 'string' && typeof value !== 'object') return 'Put it in double quotes.'
  if (shape.kind === 'number' && isText && /^\s*-?\d+\s*$/.test(value)) return `Write \`${value.trim()}\`.`
  if (shape.kind === 'boolean' && isText && /^(true|false)$/i.test(value)) return `Write \`${value.toLowerCase()}\`.`
  return `Write ${exampleOf(shape)}.`
}

function exampleOf(shape: Shape): string {
  if (shape.kind === 'list')
    return shape.item.kind === 'string' ? '`["one", "two"]`' : `\`[${plainExample(shape.item)}]\``
  return `\`${plainExample(shape)}\``
}

function plainExample(shape: Shape): string {
  if (shape.kind === 'number') return '1'
  if (shape.kind === 'boolean') return 'true'
  if (shape.kind === 'map') return '{"name": "value"}'
  if (shape.kind !== 'object') return '"text"'
  return `{${[...shape.members.keys()]
    .slice(0, 2)
    .map((name) => `"${name}": …`)
    .join(', ')}}`
}

function named(at: Place, value: Readonly<Record<string, unknown>>): Place {
  const name = value['name'] ?? value['key']
  return typeof name === 'string' && at.path !== '' ? { ...at, names: [...at.names, name] } : at
}

const describe = ({ path, names }: Place) =>
  `\`${path}\`${names.length === 0 ? '' : ` (${names.map((name) => `\`${name}\``).join(', ')})`}`

const below = (at: Place, key: string): Place => ({ ...at, path: at.path === '' ? key : `${at.path}.${key}` })

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
