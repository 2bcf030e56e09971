import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml'
import type { ZodError } from 'zod'
import { type Scenario, scenarioSchema } from './scenario.ts'

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url))

/** A scenario that cannot be read. The message has one line for each mistake, with its position. */
export class ScenarioError extends Error {}

/** Reads a scenario by its name in this repository, or by the path of its file. */
export function loadScenario(nameOrFile: string): Scenario {
  const named = `${SCENARIOS}${nameOrFile}.yaml`
  const isName = /^[\w-]+$/.test(nameOrFile)
  if (isName && existsSync(named)) return parseScenario(readFileSync(named, 'utf8'), named)
  if (existsSync(nameOrFile)) return parseScenario(readFileSync(nameOrFile, 'utf8'), nameOrFile)
  throw new ScenarioError(
    `There is no scenario '${nameOrFile}', and no such file. Scenarios: ${scenarioNames().join(', ')}.`,
  )
}

export const scenarioNames = (): readonly string[] =>
  readdirSync(SCENARIOS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort()

/** Parses a scenario. `file` is its name in messages. */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax !== undefined) {
    const line = lines.linePos(syntax.pos[0]).line
    throw new ScenarioError(`${file}:${line}: ${syntax.message.split('\n')[0]}`)
  }
  const parsed = scenarioSchema.safeParse(document.toJS())
  if (parsed.success) return parsed.data
  throw new ScenarioError(mistakes(parsed.error, document, lines, file).join('\n'))
}

function mistakes({ issues }: ZodError, document: Document, lines: LineCounter, file: string): readonly string[] {
  return issues.map((issue) => {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
    const offset = unknown === undefined ? offsetOf(document, path) : keyOffset(document, path, unknown)
    const where = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
    return `${file}:${lines.linePos(offset).line}: ${where.replace(/^\./, '') || 'the scenario'}: ${issue.message}`
  })
}

/** Position of a value, or of its parent if the value is missing. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

function keyOffset(document: Document, path: readonly (string | number)[], key: string): number {
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  const pair = isMap(node) ? node.items.find((item) => String(item.key) === key) : undefined
  return isNode(pair?.key) && pair.key.range ? pair.key.range[0] : offsetOf(document, path)
}
