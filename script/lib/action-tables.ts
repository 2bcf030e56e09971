// The tables of an action's README, from its action.yml.
import { parse } from 'yaml'

interface Manifest {
  readonly inputs?: Readonly<Record<string, Input>>
  readonly outputs?: Readonly<Record<string, { readonly description?: string }>>
}

interface Input {
  readonly description?: string
  readonly required?: boolean
  readonly default?: string
}

/**
 * The README with the tables between its markers, `<!-- inputs -->` to `<!-- /inputs -->` and likewise `outputs`, made
 * generated from action.yml. Throws when a marker is missing.
 */
export function withTables(readme: string, actionYml: string): string {
  const { inputs = {}, outputs = {} } = parse(actionYml) as Manifest
  return replaceBetween(replaceBetween(readme, 'inputs', inputTable(inputs)), 'outputs', outputTable(outputs))
}

function inputTable(inputs: Readonly<Record<string, Input>>): string {
  const rows = Object.entries(inputs).map(([name, input]) => [
    `\`${name}\`${input.required ? ' **(required)**' : ''}`,
    cell(input.description),
    input.default === undefined || input.default === '' ? '' : `\`${cell(String(input.default))}\``,
  ])
  return rows.length === 0 ? 'None.' : table(['Input', 'What it is', 'Default'], rows)
}

function outputTable(outputs: Readonly<Record<string, { readonly description?: string }>>): string {
  const rows = Object.entries(outputs).map(([name, output]) => [`\`${name}\``, cell(output.description)])
  return rows.length === 0 ? 'None.' : table(['Output', 'What it is'], rows)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Text for a table cell, without line breaks and bars. */
const cell = (text = '') =>
  text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')

function replaceBetween(text: string, name: string, content: string): string {
  const open = `<!-- ${name} -->`
  const close = `<!-- /${name} -->`
  const start = text.indexOf(open)
  const end = text.indexOf(close)
  if (start < 0 || end < start)
    throw new Error(`it needs the lines ${open} and ${close}, for the table to stand between`)
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`
}
