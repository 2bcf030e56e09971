import { Readable } from 'node:stream'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Repository } from '../../../../toolkit/image-reference.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Image, ImageSource } from '../image/image.ts'
import { type Descriptor, isIndex, type ManifestBytes, readIndex, readManifest } from '../image/oci.ts'
import type { BlobOutcome, Registry } from './registry.ts'

/** A repository, and the client of its registry. */
export interface OpenRepository {
  readonly repository: Repository
  readonly registry: Registry
}

/** What copying an image took. */
export interface CopyTally {
  readonly blobs: Record<BlobOutcome, number>
  /** Bytes sent. */
  sent: number
}

/**
 * Copies an image into a repository by digest, without a tag: a pull by tag does not get it yet. Blobs that the repository
 * has are not sent. Copying an index copies its images. Manifests are copied byte for byte, so the digest stays the same.
 */
export async function copyImage(image: Image, { repository, registry }: OpenRepository): Promise<CopyTally> {
  const tally: CopyTally = { blobs: { present: 0, mounted: 0, sent: 0 }, sent: 0 }

  const copyBlob = async (blob: Descriptor) => {
    const { digest, size } = blob
    const open = () => image.source.blob(blob)
    const origin = image.source.repositoryOf(digest)
    const mountFrom = origin?.host === repository.host ? origin.path : undefined
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

/** A repository as the source of a copy. */
export function registrySource({ repository, registry }: OpenRepository): ImageSource {
  const name = `${repository.host}/${repository.path}`
  return {
    name,
    repositoryOf: () => repository,
    async manifest(digest) {
      const manifest = await registry.manifest(repository.path, digest)
      if (manifest === undefined)
        throw new SlipwayError(`${name}@${digest} no longer exists.`, {
          hint: 'It was removed while it was copied, by a lifecycle policy or by hand, or the index names an image that was never pushed. Build again with `no-cache: true`, or promote another image.',
        })
      return manifest
    },
    read: ({ digest }) => registry.readBlob(repository.path, digest),
    blob: (blob) => Readable.from(openLate(registry, repository.path, blob), { objectMode: false }),
  }
}

/** @throws SlipwayError when the registry sends more than the blob has: it may never end. */
async function* openLate(registry: Registry, path: string, { digest, size }: Descriptor): AsyncGenerator<Buffer> {
  let left = size
  for await (const chunk of await registry.blob(path, digest)) {
    left -= (chunk as Buffer).length
    if (left < 0) {
      throw new SlipwayError(
        `${registry.host}/${path}@${digest} is larger than ${size} bytes, which its manifest says.`,
        {
          hint: 'The registry, or a proxy in front of it, changes content. Do not deploy from it.',
        },
      )
    }
    yield chunk as Buffer
  }
}

const distinct = (blobs: readonly Descriptor[]) => [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
