import { PassThrough, type Readable } from 'node:stream'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Repository } from '../../../../toolkit/image-reference.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import { digestOf } from '../image/digest.ts'
import type { Image } from '../image/image.ts'
import { type Descriptor, OCI_CONFIG, OCI_MANIFEST } from '../image/oci.ts'
import { finalizeConfig } from './image-config.ts'

/** A layer as it is pushed. */
export interface PackedLayer {
  readonly descriptor: Descriptor
  /** Digest of the uncompressed layer. */
  readonly diffId: string
  /** A repository that has the layer. */
  readonly repository?: Repository
  open(): Readable
}

export interface ImageOptions {
  /** Seconds since 1970. Later times are set to it; `undefined` keeps all times. */
  readonly epoch: number | undefined
  readonly labels: readonly Pair[]
}

/** An image of these layers, from the bottom up, with the engine's configuration. Nothing has to be sent to know its digest. */
export function packedImage(engineConfig: Buffer, layers: readonly PackedLayer[], options: ImageOptions): Image {
  const byDigest = new Map(layers.map((layer) => [layer.descriptor.digest, layer]))
  const config = finalizeConfig(engineConfig, { ...options, diffIds: layers.map(({ diffId }) => diffId) })
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length },
    layers: layers.map(({ descriptor }) => descriptor),
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const digest = digestOf(bytes)
  return {
    digest,
    source: {
      name: 'the built image',
      manifest: async () => ({ bytes, digest, mediaType: OCI_MANIFEST }),
      repositoryOf: (of) => byDigest.get(of)?.repository,
      // Only the configuration is read as a whole.
      read: async () => config,
      blob: (blob) =>
        blob.digest === manifest.config.digest ? new PassThrough().end(config) : open(byDigest.get(blob.digest), blob),
    },
  }
}

function open(layer: PackedLayer | undefined, { digest }: Descriptor): Readable {
  if (layer === undefined)
    throw new SlipwayError(`The built image has no layer ${digest}.`, {
      hint: 'This is a bug of build-image. Report it with the log of this step.',
    })
  return layer.open()
}
