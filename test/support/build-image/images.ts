// Images and destinations in memory, as registries have them.
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { digestOf } from '../../../actions/build-image/src/image/digest.ts'
import type { Image } from '../../../actions/build-image/src/image/image.ts'
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from '../../../actions/build-image/src/image/oci.ts'
import type { ReadyDestination, TagState } from '../../../actions/build-image/src/registry/ready-destination.ts'
import type { Registries } from '../../../actions/build-image/src/registry/registries.ts'
import type { Registry } from '../../../actions/build-image/src/registry/registry.ts'

export interface MemoryImage extends Image {
  readonly manifest: Buffer
  readonly blobs: ReadonlyMap<string, Buffer>
}

/** An image for one platform with these layers, which are not compressed. */
export const memoryImage = (...layers: readonly string[]): MemoryImage =>
  imageOf(layers.map((layer) => ({ diffId: digestOf(layer), content: Buffer.from(layer) })))

/** An image for one platform with these layers, compressed with gzip as publishers do it. */
export const publishedImage = (layers: readonly Buffer[], mediaType = OCI_LAYER): MemoryImage =>
  imageOf(
    layers.map((layer) => ({ diffId: digestOf(layer), content: gzipSync(layer) })),
    mediaType,
  )

function imageOf(
  layers: readonly { readonly diffId: string; readonly content: Buffer }[],
  layerType = OCI_LAYER,
): MemoryImage {
  const blobs = new Map<string, Buffer>()
  const put = (mediaType: string, content: Buffer) => {
    const digest = digestOf(content)
    blobs.set(digest, content)
    return { mediaType, digest, size: content.length }
  }
  const config = { os: 'linux', architecture: 'amd64', rootfs: { diff_ids: layers.map(({ diffId }) => diffId) } }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: put(OCI_CONFIG, Buffer.from(JSON.stringify(config))),
      layers: layers.map(({ content }) => put(layerType, content)),
    }),
  )
  const digest = digestOf(manifest)
  const blob = (wanted: string) => blobs.get(wanted) ?? Buffer.alloc(0)
  return {
    digest,
    manifest,
    blobs,
    source: {
      name: 'an image',
      repositoryOf: () => undefined,
      manifest: async () => ({ bytes: manifest, digest, mediaType: OCI_MANIFEST }),
      read: async (descriptor) => blob(descriptor.digest),
      blob: (descriptor) => new PassThrough().end(blob(descriptor.digest)),
    },
  }
}

/** A destination whose registry has these images, by tag or digest, and takes others unless `fail` is set. */
export function memoryDestination(
  host: string,
  {
    images = {},
    blobs = [],
    tags = [],
    fail,
  }: {
    readonly images?: Readonly<Record<string, MemoryImage>>
    /** Digests of more blobs that it has. */
    readonly blobs?: readonly string[]
    readonly tags?: readonly TagState[]
    readonly fail?: Error
  } = {},
): ReadyDestination & { readonly calls: readonly string[] } {
  const calls: string[] = []
  const references = new Map<string, MemoryImage>()
  for (const [tag, image] of Object.entries(images)) references.set(tag, image).set(image.digest, image)
  const registry: Partial<Registry> = {
    host,
    resolve: async (_, reference) => references.get(reference)?.digest,
    manifest: async (_, digest) => references.get(digest)?.source.manifest(digest),
    readBlob: async (_, digest) =>
      [...references.values()].map(({ blobs }) => blobs.get(digest)).find((blob) => blob !== undefined) ??
      Buffer.alloc(0),
    hasBlob: async (_, digest) =>
      blobs.includes(digest) || [...references.values()].some((one) => one.blobs.has(digest)),
    sendAhead: (_, { digest }) => void calls.push(`ahead ${digest}`),
    blob: async (path, digest) => Readable.from([await registry.readBlob?.(path, digest)]),
    putBlob: async (_, { digest }) => {
      if (fail !== undefined) throw fail
      calls.push(`blob ${digest}`)
      return 'sent'
    },
    putManifest: async (_, reference) => {
      calls.push(`manifest ${reference}`)
    },
  }
  return {
    repository: { host, path: 'acme/web' },
    registry: registry as Registry,
    ecr: undefined,
    tags,
    calls,
  }
}

/** Registries by host, each with the images of one destination. Any other host is an error. */
export const memoryRegistries = (...destinations: readonly ReadyDestination[]): Registries =>
  ({
    at: async (host: string) => {
      const found = destinations.find(({ registry }) => registry.host === host)
      if (found === undefined) throw new Error(`No registry at ${host}.`)
      return { registry: found.registry, ecr: found.ecr, credentials: async () => undefined }
    },
  }) as unknown as Registries
