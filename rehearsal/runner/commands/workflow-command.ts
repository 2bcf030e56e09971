import type { Annotation } from '../events.ts'

/** A workflow command, such as `::error file=a.ts,line=3::It broke`. */
export interface WorkflowCommand {
  /** In lower case. */
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

/** Parses the workflow command in a line of output. Returns `undefined` for any other line. */
export function parseCommand(line: string): WorkflowCommand | undefined {
  const match = /^\s*::(?<name>[\w-]+)(?: (?<properties>[^:]*(?::(?!:)[^:]*)*))?::(?<message>.*)$/s.exec(line)
  if (match?.groups === undefined) return undefined
  const { name = '', properties = '', message = '' } = match.groups
  const pairs = properties
    .split(',')
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), unescapeProperty(pair.slice(pair.indexOf('=') + 1))])
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs), message: unescapeData(message) }
}

/** The annotation in a `notice`, `warning` or `error` command. Returns `undefined` for other commands. */
export function annotationOf({ name, properties, message }: WorkflowCommand): Annotation | undefined {
  if (name !== 'notice' && name !== 'warning' && name !== 'error') return undefined
  const line = Number(properties['line'])
  return { level: name, message, title: properties['title'], file: properties['file'], ...(line > 0 ? { line } : {}) }
}

const unescapeData = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

const unescapeProperty = (text: string) =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
