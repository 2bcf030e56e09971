import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import { type IgnorePattern, readPattern } from './ignore-pattern.ts'

/** Whether a path is ignored, and which patterns matched it or a folder above it. */
export interface IgnoreMatch {
  readonly ignored: boolean
  readonly matched: readonly boolean[]
}

/** Which paths of a context are left out of the build. */
export interface IgnoreFile {
  /** Content of the file; '' where there is none. */
  readonly text: string
  /** `folder` is what the path's folder gave; `undefined` at the top of the context. */
  match(path: string, folder?: IgnoreMatch): IgnoreMatch
  /** False when a `!` line may keep something below an ignored folder. */
  ignoresWhole(folder: string): boolean
}

/** Reads `<Dockerfile>.dockerignore`, or else the context's `.dockerignore`, as Docker does. @throws InputError for a malformed line. */
export function findIgnoreFile(context: string, dockerfile: string): IgnoreFile {
  const path = [`${dockerfile}.dockerignore`, join(context, '.dockerignore')].find((candidate) => existsSync(candidate))
  return readIgnoreFile(path === undefined ? '' : readFileSync(path, 'utf8'), path)
}

/** Reads the text of an ignore file; `file` is its path for errors. @throws InputError for a malformed line. */
export function readIgnoreFile(text: string, file = '.dockerignore'): IgnoreFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
  // The folder `.git` differs in every checkout, so with it no two builds would be equal.
  const patterns = ['.git', ...lines].map((line) => readLine(line, file)).filter((pattern) => pattern !== undefined)
  const kept = patterns.filter(({ keeps }) => keeps).map((pattern) => pattern.text.split('/'))
  return {
    text,
    match: (path, folder) => matchAll(patterns, path, folder),
    ignoresWhole: (folder) => !kept.some((pattern) => reachesBelow(pattern, folder.split('/'))),
  }
}

function readLine(line: string, file: string): IgnorePattern | undefined {
  try {
    return readPattern(line)
  } catch (cause) {
    throw new InputError('context', `has the line \`${line.trim()}\` in ${file}, which is not a pattern.`, {
      hint: 'Correct it: Docker refuses it, too. A `!` needs a pattern, `[` needs its `]`, and a backslash a character after it.',
      cause,
    })
  }
}

/**
 * The last pattern that matches decides. As in Docker and BuildKit, a pattern is asked only where it would change what the ones before
 * it say: `!src` does not match the folder src while that is not ignored, and so keeps nothing in it that `**\/.env` ignores.
 */
function matchAll(patterns: readonly IgnorePattern[], path: string, folder: IgnoreMatch | undefined): IgnoreMatch {
  let ignored = false
  const matched = patterns.map((pattern, at) => {
    const matches = folder?.matched[at] === true || (pattern.keeps === ignored && pattern.matches(path))
    if (matches) ignored = !pattern.keeps
    return matches
  })
  return { ignored, matched }
}

/** Whether a pattern, part by part, can match something below a folder. */
function reachesBelow(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [at, part] of folder.entries()) {
    const wanted = pattern[at]
    if (wanted === undefined) return false
    if (/[*?[\\]/.test(wanted)) return true
    if (wanted !== part) return false
  }
  return pattern.length > folder.length
}
