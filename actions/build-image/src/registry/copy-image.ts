import { Readable } from 'node:stream'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Repository } from '../../../../toolkit/image-reference.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Image, ImageSource } from '../image/image.ts'
import { type Descriptor, isIndex, type ManifestBytes, readIndex, readManifest } from '../image/oci.ts'
import type { BlobOutcome, Registry } from './registry.ts'

/** Where an image goes: a repository, and the registry that has it. */
export interface Target {
  readonly repository: Repository
  readonly registry: Registry
}

/** What copying took. */
export interface CopyTally {
  readonly blobs: Record<BlobOutcome, number>
  /** Bytes that went over the wire. */
  sent: number
}

/**
 * Puts an image into a repository under its digest, and under no tag: nobody who pulls by tag sees it yet. Blobs that the
 * repository has are not sent again; an index takes its images along. What is copied is never written anew, so the digest
 * stays.
 */
export async function copyImage(image: Image, { repository, registry }: Target): Promise<CopyTally> {
  const tally: CopyTally = { blobs: { present: 0, mounted: 0, sent: 0 }, sent: 0 }

  const copyBlob = async (blob: Descriptor) => {
    const { digest, size } = blob
    const open = () => image.source.blob(blob)
    const home = image.source.home(digest)
    const mountFrom = home?.host === repository.host ? home.path : undefined
    const outcome = await registry.putBlob(repository.path, { digest, size, open }, mountFrom)
    tally.blobs[outcome]++
    if (outcome === 'sent') tally.sent += size
  }
  const copyManifest = async (manifest: ManifestBytes): Promise<void> => {
    if (isIndex(manifest.mediaType)) {
      for (const { digest } of readIndex(manifest.bytes, image.source.name).manifests) {
        await copyManifest(await image.source.manifest(digest))
      }
    } else {
      const { config, layers } = readManifest(manifest.bytes, image.source.name)
      await inParallel(distinct([...layers, config]), 4, copyBlob)
    }
    await registry.putManifest(repository.path, manifest.digest, manifest)
  }

  await copyManifest(await image.source.manifest(image.digest))
  return tally
}

/** A registry as something to copy from. */
export function registrySource({ repository, registry }: Target): ImageSource {
  const name = `${repository.host}/${repository.path}`
  return {
    name,
    home: () => repository,
    async manifest(digest) {
      const manifest = await registry.manifest(repository.path, digest)
      if (manifest === undefined)
        throw new SlipwayError(`${name}@${digest} is no longer there.`, {
          hint: 'A lifecycle policy or a person removed it while it was copied, or the index names an image that was never pushed. Build it anew (`no-cache: true`), or promote another one.',
        })
      return manifest
    },
    read: ({ digest }) => registry.readBlob(repository.path, digest),
    blob: ({ digest }) => Readable.from(openLate(registry, repository.path, digest), { objectMode: false }),
  }
}

async function* openLate(registry: Registry, path: string, digest: string): AsyncGenerator<Buffer> {
  yield* await registry.blob(path, digest)
}

const distinct = (blobs: readonly Descriptor[]) => [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
