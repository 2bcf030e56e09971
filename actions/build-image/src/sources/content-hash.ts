import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as breathe } from 'node:timers/promises'
import type { BuildInputs } from '../inputs/build-inputs.ts'
import type { BaseImage } from './base-images.ts'
import { type Context, type ContextEntry, unreadable } from './context.ts'
import type { Dockerfile } from './dockerfile.ts'

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

/** How many bytes are read before whoever waits for this process, such as a cancellation, gets a turn. */
const TURN = 256 * 1024 * 1024

async function describeEntries(entries: readonly ContextEntry[]): Promise<(readonly string[])[]> {
  // One buffer for all: a fresh one for each file is most of the work of reading it.
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  const described: (readonly string[])[] = []
  let read = 0
  for (const entry of entries) {
    described.push(describeEntry(entry, buffer))
    read += entry.kind === 'file' ? entry.size : 0
    if (read < TURN) continue
    await breathe()
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
    throw unreadable(path, cause)
  }
  return hash.digest('hex')
}

const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => JSON.stringify(row)).sort()
