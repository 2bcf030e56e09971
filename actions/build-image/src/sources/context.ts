import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { InputError } from '../../../../toolkit/errors.ts'
import type { IgnoreFile, IgnoreMatch } from './ignore-file.ts'

/** A file, folder or symbolic link in a build context. `path` is relative to the context, with `/` between its parts. */
export type ContextEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly source: string
      readonly size: number
      readonly executable: boolean
    }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

/** A build context: everything in a folder that is not ignored, in the same order on every machine. */
export interface BuildContext {
  readonly entries: readonly ContextEntry[]
  /** Bytes of all files. */
  readonly size: number
  /** Symbolic links without a target. Docker copies them as they are, which is seldom intended. */
  readonly brokenLinks: readonly string[]
}

/**
 * Lists a folder. The Dockerfile and .dockerignore are kept even when they are ignored: the builder reads them, and hides them
 * from COPY. @throws InputError that names what cannot be read.
 */
export function readContext(root: string, dockerfile: string, ignore: IgnoreFile): BuildContext {
  if (!isFolder(root)) {
    throw new InputError('context', `is \`${root}\`, which is not a folder.`, {
      hint: 'Run actions/checkout in an earlier step, and write the folder relative to the workspace.',
    })
  }
  const always = new Set(['.dockerignore', relative(root, dockerfile).split(sep).join('/')])
  const entries: ContextEntry[] = []
  const brokenLinks: string[] = []
  let size = 0

  const visit = (folder: string, above?: IgnoreMatch) => {
    // With their types, so that ignored entries need no further system call.
    const children = reading(join(root, folder), (path) => readdirSync(path, { withFileTypes: true }))
    for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? child.name : `${folder}/${child.name}`
      const match = ignore.match(path, above)
      const ignored = match.ignored && !always.has(path)
      if (child.isDirectory()) visitFolder(path, match)
      else if (!ignored) visitLeaf(path, join(root, path))
    }
  }
  const visitFolder = (path: string, match: IgnoreMatch) => {
    const leadsToKept = [...always].some((kept) => kept.startsWith(`${path}/`))
    if (match.ignored && !leadsToKept && ignore.ignoresWhole(path)) return
    const before = entries.length
    entries.push({ kind: 'folder', path })
    visit(path, match)
    // An ignored folder is kept only when a `!` line keeps something in it.
    if (match.ignored && entries.length === before + 1) entries.pop()
  }
  const visitLeaf = (path: string, source: string) => {
    const stats = reading(source, (it) => lstatSync(it))
    if (stats.isSymbolicLink()) {
      if (!exists(source)) brokenLinks.push(path)
      entries.push({ kind: 'link', path, target: readlinkSync(source) })
    } else if (stats.isFile()) {
      entries.push({ kind: 'file', path, source, size: stats.size, executable: (stats.mode & 0o100) !== 0 })
      size += stats.size
    }
    // Skip sockets, pipes and devices.
  }

  visit('')
  return { entries, size, brokenLinks }
}

function reading<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path)
  } catch (cause) {
    throw unreadablePath(path, cause)
  }
}

/** The error for something in the context that cannot be read. */
export function unreadablePath(path: string, cause: unknown): InputError {
  return new InputError('context', `has \`${path}\`, which cannot be read.`, {
    hint: 'Make it readable for the user that runs this step, or list it in .dockerignore.',
    cause,
  })
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

function exists(path: string): boolean {
  try {
    realpathSync(path)
    return true
  } catch {
    return false
  }
}
