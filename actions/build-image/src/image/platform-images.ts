import type { Image } from './image.ts'
import {
  type Descriptor,
  type ImageConfig,
  isIndex,
  type ManifestBytes,
  readConfig,
  readIndex,
  readManifest,
} from './oci.ts'

/** The image of one platform. */
export interface PlatformImage {
  /** `linux/arm64`; '' for an image without an index. */
  readonly platform: string
  readonly digest: string
  readonly layers: readonly Descriptor[]
  readonly config: ImageConfig
  /** Bytes to pull when nothing is cached: configuration and compressed layers. */
  readonly size: number
}

/** Reads the manifest and configuration of each platform's image that is `wanted`. Attestations in an index are left out. */
export async function readPlatformImages(
  image: Image,
  wanted: (platform: string) => boolean = () => true,
): Promise<readonly PlatformImage[]> {
  const top = await image.source.manifest(image.digest)
  if (!isIndex(top.mediaType)) return [await platformImage(image, '', top)]
  const children = readIndex(top.bytes, image.source.name).manifests.map(({ digest, platform }) => ({
    digest,
    name: [platform?.os, platform?.architecture, platform?.variant].filter(Boolean).join('/'),
  }))
  return Promise.all(
    children
      .filter(({ name }) => !name.startsWith('unknown/') && wanted(name))
      .map(async ({ digest, name }) => platformImage(image, name, await image.source.manifest(digest))),
  )
}

async function platformImage({ source }: Image, platform: string, manifest: ManifestBytes): Promise<PlatformImage> {
  const { config, layers } = readManifest(manifest.bytes, source.name)
  return {
    platform,
    digest: manifest.digest,
    layers,
    config: readConfig(await source.read(config), source.name),
    size: layers.reduce((sum, { size }) => sum + size, config.size),
  }
}
