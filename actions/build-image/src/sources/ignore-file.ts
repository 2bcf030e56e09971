import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import dockerignore from '@balena/dockerignore'

/** Which paths of a context stay out of the build. */
export interface IgnoreFile {
  /** The text of the file that was used; '' where there is none. */
  readonly text: string
  ignores(path: string): boolean
  /** Whether nothing below an ignored folder can come back through a `!` line, so that it need not be walked. */
  ignoresWhole(folder: string): boolean
}

/** `<Dockerfile>.dockerignore` where there is one, else the context's `.dockerignore`, as Docker does it. */
export function findIgnoreFile(context: string, dockerfile: string): IgnoreFile {
  const path = [`${dockerfile}.dockerignore`, join(context, '.dockerignore')].find((candidate) => existsSync(candidate))
  return readIgnoreFile(path === undefined ? '' : readFileSync(path, 'utf8'))
}

export function readIgnoreFile(text: string): IgnoreFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    // These mean themselves, in Docker since its patternmatcher; the library still hands them to a regular expression.
    .map((line) => line.trim().replace(/(?<!\\)[+()|{}]/g, '\\$&'))
  // A folder `.git` changes with every checkout, and would make every build another one.
  const rules = ['.git', ...lines]
  const matcher = dockerignore.default({ ignorecase: false }).add(rules)
  // Its cache is a plain object, which takes a file named `constructor` for one it has seen.
  const filter = Object.assign(matcher, { _cache: Object.create(null) }).createFilter()
  const comebacks = lines
    .filter((line) => line.startsWith('!'))
    .map((line) =>
      line
        .slice(1)
        .trim()
        .replace(/^\.?\//, '')
        .split('/'),
    )
  return {
    text,
    ignores: (path) => !filter(path),
    ignoresWhole: (folder) => !filter(folder) && !comebacks.some((pattern) => reachesBelow(pattern, folder.split('/'))),
  }
}

/** Whether a pattern, part by part, can match something below a folder. */
function reachesBelow(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [at, part] of folder.entries()) {
    const wanted = pattern[at]
    if (wanted === undefined) return true
    if (/[*?[\\]/.test(wanted)) return true
    if (wanted !== part) return false
  }
  return true
}
