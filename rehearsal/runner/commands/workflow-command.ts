// Parses workflow commands as GitHub's runner does: `::name properties::data` at the start of a line, after what .NET takes for white
// space, and `##[name properties]data` anywhere in a line. A name that is not registered makes no command of a line.
import type { Annotation } from '../events.ts'

/** A workflow command, such as `::error file=a.ts,line=3::It broke`. */
export interface WorkflowCommand {
  /** In lower case. */
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

const REGISTERED = new Set([
  'stop-commands',
  'set-env',
  'set-output',
  'save-state',
  'add-mask',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'debug',
  'notice',
  'warning',
  'error',
  'group',
  'endgroup',
  'echo',
])

/** .NET's Char.IsWhiteSpace: unlike JavaScript's `\s` it has U+0085, and lacks U+FEFF. */
const LEADING_WHITE_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

/**
 * Parses the workflow command in a line of output. Returns `undefined` for any other line. `resumeToken`: the token of
 * `stop-commands`, which is a name too until it has come.
 */
export function parseCommand(line: string, resumeToken?: string): WorkflowCommand | undefined {
  const isKnown = (name: string) => REGISTERED.has(name) || name === resumeToken
  return parseColons(line.replace(LEADING_WHITE_SPACE, ''), isKnown) ?? parseBrackets(line, isKnown)
}

type IsKnown = (name: string) => boolean

function parseColons(line: string, isKnown: IsKnown): WorkflowCommand | undefined {
  const end = line.startsWith('::') ? line.indexOf('::', 2) : -1
  if (end < 0) return undefined
  const escaped = [...ESCAPED, ['%3A', ':'], ['%2C', ','], PERCENT] as const
  const head = parseHead(line.slice(2, end), ',', escaped)
  if (!isKnown(head.name)) return undefined
  return { ...head, message: decode(line.slice(end + 2), [...ESCAPED, PERCENT]) }
}

function parseBrackets(line: string, isKnown: IsKnown): WorkflowCommand | undefined {
  const start = line.indexOf('##[')
  const end = start < 0 ? -1 : line.indexOf(']', start)
  if (end < 0) return undefined
  const escaped = [['%3B', ';'], ...ESCAPED, ['%5D', ']'], PERCENT] as const
  const head = parseHead(line.slice(start + 3, end), ';', escaped)
  if (!isKnown(head.name)) return undefined
  return { ...head, message: decode(line.slice(end + 1), escaped) }
}

type Escapes = readonly (readonly [code: string, character: string])[]

const ESCAPED: Escapes = [
  ['%0D', '\r'],
  ['%0A', '\n'],
]
/** Last, so that `%250A` becomes `%0A`. */
const PERCENT = ['%25', '%'] as const

function parseHead(head: string, separator: string, escapes: Escapes): Omit<WorkflowCommand, 'message'> {
  const space = head.indexOf(' ')
  const [name, properties] = space < 0 ? [head, ''] : [head.slice(0, space), head.slice(space + 1)]
  const pairs = properties
    .split(separator)
    .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)] as const)
    .filter(([key, value]) => key !== '' && value !== '')
    .map(([key, value]) => [key, decode(value, escapes)])
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs) }
}

const decode = (text: string, escapes: Escapes): string =>
  escapes.reduce((decoded, [code, character]) => decoded.replaceAll(code, character), text)

/** The annotation in a `notice`, `warning` or `error` command. Returns `undefined` for other commands. */
export function annotationOf({ name, properties, message }: WorkflowCommand): Annotation | undefined {
  if (name !== 'notice' && name !== 'warning' && name !== 'error') return undefined
  const line = Number(properties['line'])
  return { level: name, message, title: properties['title'], file: properties['file'], ...(line > 0 ? { line } : {}) }
}
