import { createReadStream, createWriteStream } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Duplex, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { extract } from 'tar-stream'
import * as z from 'zod/mini'
import { SlipwayError } from '../../../toolkit/errors.ts'
import type { Pair } from '../../../toolkit/inputs.ts'
import type { PublishedLayer } from './base-layers.ts'
import { Digester, digestOf } from './digest.ts'
import { finishConfig } from './image-config.ts'
import type { Repository } from './image-reference.ts'
import type { Image } from './image-source.ts'
import { type Descriptor, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from './oci.ts'
import { inParallel } from './parallel.ts'
import { parallelGzip } from './parallel-gzip.ts'
import { ClampTimes } from './tar-times.ts'

const savedManifest = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }))

export interface PackOptions {
  /** Seconds; times in new layers are held down to it. Without it layers stay as they were built. */
  readonly epoch: number | undefined
  readonly labels: readonly Pair[]
  /** The base image's layers, from the bottom up. They stay as they are. */
  readonly baseLayers: readonly BaseLayer[]
}

/** A layer that the build began with. */
export interface BaseLayer {
  /** The digest of its content. */
  readonly diffId: string
  /** The layer as a registry has it, where that is known; it is then neither packed here nor, where it is there, sent. */
  readonly published: PublishedLayer | undefined
}

/**
 * Turns what `docker save` streams into an OCI image in `folder`. What is pushed from it can be pushed again, to any number of
 * registries, and its digest is known before the first byte is sent. With an epoch, the same files give the same digest:
 * the time of the build is taken out of layers and configuration. Memory stays flat, whatever the image's size.
 */
export async function packImage(saved: Readable, folder: string, options: PackOptions): Promise<Image> {
  const { config: configBytes, layers } = await unpack(saved, folder)
  // Two at a time: small ones hide behind large ones, and a large one takes all cores anyway.
  const packed = await inParallel(2, layers, async (layer, at): Promise<PackedLayer> => {
    const base = options.baseLayers[at]
    if (base?.published !== undefined) {
      const { descriptor, repository, open } = base.published
      return { descriptor, diffId: base.diffId, open, home: repository }
    }
    return packLayer(layer, base === undefined ? options.epoch : undefined, join(folder, `layer-${at}`))
  })
  await Promise.all([...new Set(layers)].map((layer) => rm(layer)))
  const byDigest = new Map(packed.map((layer) => [layer.descriptor.digest, layer]))
  const diffIds = packed.map(({ diffId }) => diffId)
  const config = finishConfig(configBytes, { ...options, diffIds })
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length },
    layers: packed.map(({ descriptor }) => descriptor),
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  const digest = digestOf(bytes)
  return {
    digest,
    source: {
      name: 'the built image',
      manifest: async () => ({ bytes, digest, mediaType: OCI_MANIFEST }),
      home: (of) => byDigest.get(of)?.home,
      // The configuration is the only blob that anyone reads whole.
      read: async () => config,
      blob: (blob) =>
        blob.digest === manifest.config.digest ? new PassThrough().end(config) : openLayer(blob, byDigest),
    },
  }
}

function openLayer({ digest }: Descriptor, layers: ReadonlyMap<string, PackedLayer>): Readable {
  const layer = layers.get(digest)
  if (layer === undefined)
    throw new SlipwayError(`The built image has no layer ${digest}.`, {
      hint: 'This is a defect of build-image. Report it with the log of this step.',
    })
  return layer.open()
}

/** Takes the archive apart: the configuration, and the paths of the layers' tar files from the bottom up. */
async function unpack(saved: Readable, folder: string): Promise<{ config: Buffer; layers: string[] }> {
  const files = new Map<string, string>()
  const links = new Map<string, string>()
  const tar = extract()
  const reading = pipeline(saved, tar)
  // The loop below sees the same error; this keeps Node from seeing it first.
  reading.catch(() => {})
  for await (const entry of tar) {
    const { name, type, linkname } = entry.header
    if (type === 'file') {
      const path = join(folder, `file-${files.size}`)
      await pipeline(entry, createWriteStream(path, LARGE))
      files.set(name, path)
    } else {
      // A layer that occurs twice is saved once, with a link to it.
      if (type === 'symlink' && linkname) links.set(name, join(name, '..', linkname))
      entry.resume()
    }
  }
  await reading
  const find = (name: string): string => {
    const path = files.get(links.get(name) ?? name)
    if (path === undefined)
      throw new SlipwayError(`The Docker engine saved the image without its part ${name}.`, INCOMPLETE)
    return path
  }
  const [image] = savedManifest.parse(JSON.parse(await readFile(find('manifest.json'), 'utf8')))
  if (image === undefined) throw new SlipwayError('The Docker engine saved an archive without an image.', INCOMPLETE)
  return { config: await readFile(find(image.Config)), layers: image.Layers.map(find) }
}

const INCOMPLETE = {
  hint: 'Its store may be damaged or full: check `docker system df`, and run the step again. If it stays so, set `engine: buildx`.',
}

/** Layers are large; in small pieces the time goes into handing them on. */
const LARGE = { highWaterMark: 1024 * 1024 }

interface PackedLayer {
  readonly descriptor: Descriptor
  readonly diffId: string
  readonly home?: Repository
  open(): Readable
}

async function packLayer(tar: string, epoch: number | undefined, path: string): Promise<PackedLayer> {
  const plain = new Digester()
  const packed = new Digester()
  const clamp = epoch === undefined ? new PassThrough() : new ClampTimes(epoch)
  await pipeline(
    createReadStream(tar, LARGE),
    await decompressor(tar),
    clamp,
    plain,
    Duplex.from(parallelGzip),
    packed,
    createWriteStream(path, LARGE),
  )
  const descriptor = { mediaType: OCI_LAYER, digest: packed.digest, size: packed.size }
  return { descriptor, diffId: plain.digest, open: () => createReadStream(path, LARGE) }
}

/** The containerd image store saves layers as it pulled them: compressed. */
async function decompressor(path: string) {
  const file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close())
  if (buffer.readUInt16BE(0) === 0x1f8b) return createGunzip()
  return buffer.readUInt32LE(0) === 0xfd2fb528 ? createZstdDecompress() : new PassThrough()
}
