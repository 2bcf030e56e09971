import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import dockerignore from '@balena/dockerignore'

/** Which paths of a context are left out of the build. */
export interface IgnoreFile {
  /** Content of the file; '' where there is none. */
  readonly text: string
  ignores(path: string): boolean
  /** True when a folder is ignored and no `!` line can keep anything below it. */
  ignoresWhole(folder: string): boolean
}

/** Reads `<Dockerfile>.dockerignore`, or else the context's `.dockerignore`, as Docker does. */
export function findIgnoreFile(context: string, dockerfile: string): IgnoreFile {
  const path = [`${dockerfile}.dockerignore`, join(context, '.dockerignore')].find((candidate) => existsSync(candidate))
  return readIgnoreFile(path === undefined ? '' : readFileSync(path, 'utf8'))
}

export function readIgnoreFile(text: string): IgnoreFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    // Docker takes these characters literally; the library would pass them to a regular expression.
    .map((line) => line.trim().replace(/(?<!\\)[+()|{}]/g, '\\$&'))
  // The folder `.git` differs in every checkout, so with it no two builds would be equal.
  const rules = ['.git', ...lines]
  const matcher = dockerignore.default({ ignorecase: false }).add(rules)
  // The library's cache is a plain object, in which a file named `constructor` seems to be cached already.
  const filter = Object.assign(matcher, { _cache: Object.create(null) }).createFilter()
  const exceptions = lines
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
    ignoresWhole: (folder) =>
      !filter(folder) && !exceptions.some((pattern) => reachesBelow(pattern, folder.split('/'))),
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
