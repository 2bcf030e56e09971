import type { Readable } from 'node:stream'
import { isDigest, parseReference, type Repository } from '../image/image-reference.ts'
import { type Descriptor, OCI_LAYER } from '../image/oci.ts'
import { imageFacts } from '../image/platform-images.ts'
import { registrySource } from '../registry/copy-image.ts'
import type { Registries } from '../registry/registries.ts'
import type { BaseImage } from '../sources/base-images.ts'

/** A base image's layer as its registry has it: compressed once, by whoever published it, and the same for everyone. */
export interface PublishedLayer {
  readonly descriptor: Descriptor
  readonly repository: Repository
  open(): Readable
}

/** A layer that the build began with. */
export interface BaseLayer {
  /** The digest of its content. */
  readonly diffId: string
  /** The layer as a registry has it, where that is known; it is then neither packed here nor, where it is there, sent. */
  readonly published: PublishedLayer | undefined
}

/** The layers of the bases, by the digest of their content, as their registries have them. */
export async function publishedLayers(
  bases: readonly BaseImage[],
  registries: Registries,
  platform: { readonly os: string; readonly architecture: string },
): Promise<ReadonlyMap<string, PublishedLayer>> {
  const layers = new Map<string, PublishedLayer>()
  for (const { name, identity, local } of bases) {
    if (local || !isDigest(identity)) continue
    const { repository } = parseReference(name, 'file')
    const { registry } = await registries.at(repository.host)
    const source = registrySource({ registry, repository })
    const fits = `${platform.os}/${platform.architecture}`
    for (const image of await imageFacts({ source, digest: identity }, (it) => it === '' || it.startsWith(fits))) {
      for (const [at, diffId] of image.config.rootfs.diff_ids.entries()) {
        const layer = image.layers[at]
        if (layer === undefined || /foreign|nondistributable/.test(layer.mediaType)) continue
        const mediaType = layer.mediaType.includes('docker') ? OCI_LAYER : layer.mediaType
        const descriptor = { mediaType, digest: layer.digest, size: layer.size }
        layers.set(diffId, { descriptor, repository, open: () => source.blob(descriptor) })
      }
    }
  }
  return layers
}
