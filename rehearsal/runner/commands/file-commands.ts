// File commands: GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STATE and GITHUB_STEP_SUMMARY.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const files = ['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'] as const

/** In bytes. GitHub drops a larger summary. */
const summaryLimit = 1024 * 1024

export interface CommandFileContents {
  readonly outputs: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
  readonly path: readonly string[]
  readonly state: Readonly<Record<string, string>>
  readonly summary: string
  /** Errors, in the words of GitHub's runner. */
  readonly problems: readonly string[]
}

/** Creates the empty files of one step in `folder`. Returns the variables that name them. */
export function createCommandFiles(folder: string): Record<string, string> {
  mkdirSync(folder, { recursive: true })
  const named = files.map((file): [string, string] => [`GITHUB_${file}`, join(folder, file.toLowerCase())])
  for (const [, path] of named) writeFileSync(path, '')
  return Object.fromEntries(named)
}

/** Reads what the step wrote to its files. */
export function readCommandFiles(folder: string): CommandFileContents {
  const text = (file: (typeof files)[number]) => {
    const path = join(folder, file.toLowerCase())
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const problems: string[] = []
  const pairs = (file: (typeof files)[number]) => {
    try {
      return readPairs(text(file))
    } catch (error) {
      problems.push(`Unable to process file command '${file.toLowerCase()}' successfully. ${(error as Error).message}`)
      return {}
    }
  }
  const env = pairs('ENV')
  for (const name of Object.keys(env).filter((name) => /^(GITHUB_|RUNNER_)/.test(name) || name === 'NODE_OPTIONS')) {
    problems.push(`Can't store ${name} in GITHUB_ENV: the runner reserves it.`)
    delete env[name]
  }
  const summary = text('STEP_SUMMARY')
  const size = Buffer.byteLength(summary)
  if (size > summaryLimit) {
    problems.push(
      `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(size / 1024)}k.`,
    )
  }
  return {
    outputs: pairs('OUTPUT'),
    env,
    path: text('PATH')
      .split(/\r?\n/)
      .filter((line) => line !== ''),
    state: pairs('STATE'),
    summary: size > summaryLimit ? '' : summary,
    problems,
  }
}

/** Parses `name=value` lines, and `name<<DELIMITER` blocks for values of several lines. */
function readPairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2)
      const end = lines.indexOf(delimiter, i + 1)
      if (delimiter === '' || end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
      pairs[line.slice(0, heredoc)] = lines.slice(i + 1, end).join('\n')
      i = end
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1)
    } else {
      throw new Error(`Invalid format '${line}'`)
    }
  }
  return pairs
}
