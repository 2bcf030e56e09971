import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readContext } from '../../../actions/build-image/src/sources/context.ts'
import { findIgnoreFile } from '../../../actions/build-image/src/sources/ignore-file.ts'

/** The build context of one test: an empty folder before each, removed after each. */
export let folder: string

/** Gives each test of a file a context folder of its own. */
export function useContextFolder(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-context-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
}

export function write(path: string, content = path): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

/** Reads the context, with the ignore file of this Dockerfile. */
export const walk = (dockerfile = join(folder, 'Dockerfile')) =>
  readContext(folder, dockerfile, findIgnoreFile(folder, dockerfile))
