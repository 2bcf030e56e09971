// Patterns of .dockerignore, with the meaning that they have in Docker and BuildKit (moby/patternmatcher), its oddities included.

import { posix } from 'node:path'

/** A pattern without its `!`. */
export interface IgnorePattern {
  /** True where the line begins with `!`. */
  readonly keeps: boolean
  /** Relative to the context. */
  readonly text: string
  matches(path: string): boolean
}

/** Reads a line; `undefined` for an empty one. @throws SyntaxError for what Docker refuses, such as `!` alone and `[` without `]`. */
export function readPattern(line: string): IgnorePattern | undefined {
  const trimmed = line.trim()
  if (trimmed === '') return undefined
  const keeps = trimmed.startsWith('!')
  const text = cleanPath(keeps ? trimmed.slice(1).trim() : trimmed)
  if (text === '' || (keeps && text === '/') || !isWellFormed(text))
    throw new SyntaxError(`\`${trimmed}\` is not a pattern.`)
  return { keeps, text, matches: matcher(text) }
}

/** Without `.`, `..`, double slashes, and the slashes at both ends. A path of the file system, `/a`, is one of the context. */
function cleanPath(path: string): string {
  if (path === '') return ''
  const clean = posix.normalize(path)
  return clean.replace(/(?<=.)\/$/s, '').replace(/^\/(?=.)/s, '')
}

/** By the rules of Go's filepath.Match, which Docker checks a pattern with: a `^` at the start of brackets always negates. */
function isWellFormed(pattern: string): boolean {
  const literal = String.raw`(?:\\.|[^\\\]-])`
  const range = `${literal}(?:-${literal})?`
  return new RegExp(String.raw`^(?:\\.|[^\\[]|\[(?:\^|(?!\^))(?:${range})+\])*$`, 'su').test(pattern)
}

/** The parts of a pattern that are no plain text. */
const TOKEN = /[*?[\]\\]/

function matcher(pattern: string): (path: string) => boolean {
  if (!TOKEN.test(pattern)) return (path) => path === pattern
  const [, tail = ''] = /^\*\*(.*)$/s.exec(pattern) ?? []
  // `**/a` and `**a` match whatever ends so: `**a` matches `ba`, too.
  if (pattern.startsWith('**') && !TOKEN.test(tail)) return (path) => path.endsWith(tail) || `/${path}` === tail
  const [, head] = /^(.*)\*\*$/s.exec(pattern) ?? []
  if (head !== undefined && !TOKEN.test(head)) return (path) => path.startsWith(head)
  const expression = new RegExp(`^${expressionOf(pattern)}$`)
  return (path) => expression.test(path)
}

/** Brackets and what is in them are passed on; `^` outside of them, too, so that it matches nothing after the first place. */
function expressionOf(pattern: string): string {
  return pattern.replace(/\*\*\/?(?=(.?))|\*|\?|\\(.)|[.+()|{}$]/gs, (token, next: string | undefined, escaped) => {
    if (token.startsWith('**')) return next === '' ? '[^\\n]*' : '(?:[^\\n]*/)?'
    if (token === '*') return '[^/]*'
    if (token === '?') return '(?:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|[^/])'
    return escaped === undefined || !/\w/.test(escaped) ? `\\${escaped ?? token}` : token
  })
}
