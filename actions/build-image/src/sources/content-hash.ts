import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BuildInputs } from '../inputs/build-inputs.ts'
import type { BaseImage } from './base-images.ts'
import { type BuildContext, type ContextEntry, unreadablePath } from './context.ts'
import type { Dockerfile } from './dockerfile.ts'

/** Raised when the same sources begin to give another image, so that no older image is reused. */
const SCHEME = 1

/**
 * A hash of everything that a build depends on: the files of the context, the Dockerfile, arguments, labels, target, platforms
 * (by default the builder's own) and base images. The commit is not part of it: the same sources in another commit give the
 * same image.
 */
export async function contentHash(
  build: BuildInputs,
  dockerfile: Dockerfile,
  context: BuildContext,
  bases: readonly BaseImage[],
  testCommand: string | undefined,
  nativePlatform: string,
): Promise<string> {
  const entries = await describeEntries(context.entries)
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
    // An image that is found must have passed this test and no other.
    testCommand,
    // Names only: the hash is public, and a short secret could be guessed from it.
    secrets: sorted(secrets.map(({ id }) => [id])),
    bases: sorted(bases.map(({ name, identity }) => [name, identity])),
    entries,
  }
  return createHash('sha256').update(JSON.stringify(document)).digest('hex')
}

/** The tag by which later runs find an image of the same sources. */
export const contentTag = (hash: string): string => `content-${hash.slice(0, 40)}`

/** Bytes that are hashed before the event loop runs, for example to handle a cancel. */
const BYTES_PER_TURN = 256 * 1024 * 1024

async function describeEntries(entries: readonly ContextEntry[]): Promise<(readonly string[])[]> {
  // One buffer for all files: allocating one for each takes longer than reading most files.
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  const described: (readonly string[])[] = []
  let read = 0
  for (const entry of entries) {
    described.push(describeEntry(entry, buffer))
    read += entry.kind === 'file' ? entry.size : 0
    if (read < BYTES_PER_TURN) continue
    await nextTurn()
    read = 0
  }
  return described
}

function describeEntry(entry: ContextEntry, buffer: Buffer): readonly string[] {
  if (entry.kind === 'folder') return [entry.path, 'folder']
  if (entry.kind === 'link') return [entry.path, 'link', entry.target]
  return [entry.path, entry.executable ? 'executable' : 'file', hashFile(entry.source, buffer)]
}

function hashFile(path: string, buffer: Buffer): string {
  const hash = createHash('sha256')
  try {
    const file = openSync(path, 'r')
    try {
      for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer))
        hash.update(buffer.subarray(0, length))
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw unreadablePath(path, cause)
  }
  return hash.digest('hex')
}

const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => JSON.stringify(row)).sort()
