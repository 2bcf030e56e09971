/** A workflow command, as in `::error file=a.ts,line=3::It broke`. */
export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

/** Reads the command in a line of output; `undefined` for any other line. */
export function readCommand(line: string): Command | undefined {
  const match = /^\s*::(?<name>[\w-]+)(?: (?<properties>[^:]*(?::(?!:)[^:]*)*))?::(?<message>.*)$/s.exec(line)
  if (match?.groups === undefined) return undefined
  const { name = '', properties = '', message = '' } = match.groups
  const pairs = properties
    .split(',')
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), unescapeProperty(pair.slice(pair.indexOf('=') + 1))])
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs), message: unescapeData(message) }
}

const unescapeData = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

const unescapeProperty = (text: string) =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
