import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { BaseImage } from './base-images.ts'
import { type Context, type ContextEntry, unreadable } from './context.ts'
import type { Dockerfile } from './dockerfile.ts'
import type { BuildInputs } from './inputs.ts'
import { inParallel } from './parallel.ts'

/** Counts up when the same inputs begin to give another image, so that no older image is taken for it. */
const SCHEME = 1

/**
 * A hash over everything that a build depends on: what of the context is sent, the Dockerfile, arguments, labels, target,
 * platforms (without any, the builder's own), and what its bases stand for. Not the commit: the same sources in another commit are the same image.
 */
export async function contentHash(
  build: BuildInputs,
  dockerfile: Dockerfile,
  context: Context,
  bases: readonly BaseImage[],
  testCommand: string | undefined,
  nativePlatform: string,
): Promise<string> {
  const entries = await inParallel(16, context.entries, describeEntry)
  const { target, buildArgs, labels, platforms, provenance, sbom, reproducible, secrets } = build
  const document = {
    scheme: SCHEME,
    dockerfile: dockerfile.text,
    target,
    buildArgs: sorted(buildArgs.map(({ key, value }) => [key, value])),
    labels: sorted(labels.map(({ key, value }) => [key, value])),
    platforms: platforms.length > 0 ? [...platforms].sort() : [nativePlatform],
    attestations: [provenance ?? '', sbom ?? ''],
    reproducible,
    // An image that was found has passed its test, and no other.
    testCommand,
    // By name only: a hash is public, and a short secret could be guessed from it.
    secrets: sorted(secrets.map(({ id }) => [id])),
    bases: sorted(bases.map(({ name, identity }) => [name, identity])),
    entries,
  }
  return createHash('sha256').update(JSON.stringify(document)).digest('hex')
}

/** The tag under which an image can be found again by its content. */
export const contentTag = (hash: string): string => `content-${hash.slice(0, 40)}`

async function describeEntry(entry: ContextEntry): Promise<readonly string[]> {
  if (entry.kind === 'folder') return [entry.path, 'folder']
  if (entry.kind === 'link') return [entry.path, 'link', entry.target]
  return [entry.path, entry.executable ? 'executable' : 'file', await hashFile(entry.source, entry.size)]
}

const LARGE = 1024 * 1024

async function hashFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  try {
    if (size < LARGE) hash.update(readFileSync(path))
    else await pipeline(createReadStream(path), hash)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  return hash.digest('hex')
}

const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => JSON.stringify(row)).sort()
