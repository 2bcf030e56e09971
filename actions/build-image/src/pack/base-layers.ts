import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { isDigest, type Repository, requireReference } from '../../../../toolkit/image-reference.ts'
import { inspectImage } from '../engine/engine-images.ts'
import { type Descriptor, OCI_LAYER } from '../image/oci.ts'
import { readPlatformImages } from '../image/platform-images.ts'
import { registrySource } from '../registry/copy-image.ts'
import type { Registries } from '../registry/registries.ts'
import type { BaseImage } from '../sources/base-images.ts'
import type { PackRequest } from './pack-request.ts'

/** A base image's layer as its registry has it: compressed by its publisher, the same bytes for everyone. */
export interface PublishedLayer {
  readonly descriptor: Descriptor
  readonly repository: Repository
  open(): Readable
}

/** A layer that belongs to the base image. */
export interface BaseLayer {
  /** Digest of the uncompressed layer. */
  readonly diffId: string
  /** The layer in its registry, where that is known. It is not packed here, and not sent to a registry that has it. */
  readonly published: PublishedLayer | undefined
}

/** The layers of an image that come from its base image, from the bottom up, and where they are published. */
export async function baseLayersOf(
  docker: Docker,
  id: string,
  { bases, dockerfileImages, registries }: Pick<PackRequest, 'bases' | 'dockerfileImages' | 'registries'>,
): Promise<readonly BaseLayer[]> {
  const image = await inspectImage(docker, id)
  const count = await countBaseLayers(docker, image.layers, dockerfileImages)
  const published = count === 0 ? undefined : await publishedLayers(bases ?? [], registries, image)
  return image.layers.slice(0, count).map((diffId) => ({ diffId, published: published?.get(diffId) }))
}

/** How many of an image's layers are its base image's: the longest of the Dockerfile's images that it begins with. */
async function countBaseLayers(docker: Docker, layers: readonly string[], images: readonly string[]): Promise<number> {
  const bases = await Promise.all(
    images.map((name) =>
      inspectImage(docker, name).then(
        (base) => base.layers,
        () => [],
      ),
    ),
  )
  const below = bases.filter((base) => base.every((layer, at) => layer === layers[at]))
  return Math.max(0, ...below.map(({ length }) => length))
}

/** The layers of the base images for one platform, by the digest of their uncompressed content. */
async function publishedLayers(
  bases: readonly BaseImage[],
  registries: Registries,
  { os, architecture }: { readonly os: string; readonly architecture: string },
): Promise<ReadonlyMap<string, PublishedLayer>> {
  const layers = new Map<string, PublishedLayer>()
  const wanted = (platform: string) => platform === '' || platform.startsWith(`${os}/${architecture}`)
  for (const { name, identity, local } of bases) {
    if (local || !isDigest(identity)) continue
    const { repository } = requireReference(name, 'file')
    const { registry } = await registries.at(repository.host)
    const source = registrySource({ registry, repository })
    for (const image of await readPlatformImages({ source, digest: identity }, wanted)) {
      for (const [at, diffId] of image.config.rootfs.diff_ids.entries()) {
        const layer = image.layers[at]
        // Foreign layers may not be distributed, so a registry may not have them.
        if (layer === undefined || /foreign|nondistributable/.test(layer.mediaType)) continue
        const mediaType = layer.mediaType.includes('docker') ? OCI_LAYER : layer.mediaType
        const descriptor = { mediaType, digest: layer.digest, size: layer.size }
        layers.set(diffId, { descriptor, repository, open: () => source.blob(descriptor) })
      }
    }
  }
  return layers
}
