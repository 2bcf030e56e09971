import { createReadStream, createWriteStream } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, createZstdDecompress } from 'node:zlib'
import { extract } from 'tar-stream'
import * as z from 'zod/mini'
import { SlipwayError } from '../../../toolkit/errors.ts'
import { Digester, digestOf } from './digest.ts'
import { reproducibleConfig } from './image-config.ts'
import type { Image } from './image-source.ts'
import { type Descriptor, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from './oci.ts'
import { inParallel } from './parallel.ts'
import { ClampTimes } from './tar-times.ts'

const savedManifest = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }))

export interface PackOptions {
  /** Seconds; times in new layers are held down to it. Without it layers stay as they were built. */
  readonly epoch: number | undefined
  /** How many layers, from the bottom, are the base image's. They stay as they are. */
  readonly baseLayers: number
}

/**
 * Turns what `docker save` streams into an OCI image in `folder`. What is pushed from it can be pushed again, to any number of
 * registries, and its digest is known before the first byte is sent. With an epoch, the same files give the same digest:
 * the time of the build is taken out of layers and configuration. Memory stays flat, whatever the image's size.
 */
export async function packImage(saved: Readable, folder: string, options: PackOptions): Promise<Image> {
  const { config: configBytes, layers } = await unpack(saved, folder)
  // Two at a time: zlib has its own threads, and a runner has few cores.
  const packed = await inParallel(2, layers, (layer, at) =>
    packLayer(layer, at < options.baseLayers ? undefined : options.epoch, join(folder, `layer-${at}`)),
  )
  await Promise.all([...new Set(layers)].map((layer) => rm(layer)))
  const files = new Map(packed.map(({ descriptor, path }) => [descriptor.digest, path]))
  const diffIds = packed.map(({ diffId }) => diffId)
  const config = options.epoch === undefined ? configBytes : reproducibleConfig(configBytes, diffIds, options.epoch)
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
      blob: (blob) => openBlob(blob, manifest.config.digest, config, files),
    },
  }
}

function openBlob(
  blob: Descriptor,
  configDigest: string,
  config: Buffer,
  files: ReadonlyMap<string, string>,
): Readable {
  if (blob.digest === configDigest) return new PassThrough().end(config)
  const path = files.get(blob.digest)
  if (path === undefined) throw new SlipwayError(`The built image has no blob ${blob.digest}.`)
  return createReadStream(path)
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
      await pipeline(entry, createWriteStream(path))
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
    if (path === undefined) throw new SlipwayError(`The Docker engine saved the image without its part ${name}.`)
    return path
  }
  const [image] = savedManifest.parse(JSON.parse(await readFile(find('manifest.json'), 'utf8')))
  if (image === undefined) throw new SlipwayError('The Docker engine saved an archive without an image.')
  return { config: await readFile(find(image.Config)), layers: image.Layers.map(find) }
}

interface PackedLayer {
  readonly descriptor: Descriptor
  readonly diffId: string
  readonly path: string
}

async function packLayer(tar: string, epoch: number | undefined, path: string): Promise<PackedLayer> {
  const plain = new Digester()
  const packed = new Digester()
  const clamp = epoch === undefined ? new PassThrough() : new ClampTimes(epoch)
  await pipeline(
    createReadStream(tar),
    await decompressor(tar),
    clamp,
    plain,
    createGzip(),
    packed,
    createWriteStream(path),
  )
  const descriptor = { mediaType: OCI_LAYER, digest: packed.digest, size: packed.size }
  return { descriptor, diffId: plain.digest, path }
}

/** The containerd image store saves layers as it pulled them: compressed. */
async function decompressor(path: string) {
  const file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close())
  if (buffer.readUInt16BE(0) === 0x1f8b) return createGunzip()
  return buffer.readUInt32LE(0) === 0xfd2fb528 ? createZstdDecompress() : new PassThrough()
}
