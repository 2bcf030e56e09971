import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import * as z from 'zod/mini'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Image } from '../image/image.ts'
import { OCI_LAYER } from '../image/oci.ts'
import type { BaseLayer } from './base-layers.ts'
import { ClampTimes } from './clamp-tar-times.ts'
import { openLayer, repackLayerFile, writeFileFrom } from './layer-file.ts'
import { type ImageOptions, type PackedLayer, packedImage } from './packed-image.ts'

const savedManifest = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }))

export interface SavedImageOptions extends ImageOptions {
  /** The base image's layers, from the bottom up. They are not changed. */
  readonly baseLayers: readonly BaseLayer[]
}

/**
 * Unpacks the stream of `docker save` into `folder`, and packs it as an OCI image, which can be pushed to any number of
 * registries. With an epoch, the same files give the same digest: times of the build are removed from layers and configuration.
 * Layers are streamed, not held in memory.
 */
export async function packSavedImage(saved: Readable, folder: string, options: SavedImageOptions): Promise<Image> {
  const { config, layers } = await unpack(saved, folder)
  // Two in parallel: a small layer is packed beside a large one, and a large one uses all cores.
  const packed = await inParallel(layers, 2, async (layer, at): Promise<PackedLayer> => {
    const base = options.baseLayers[at]
    if (base?.published !== undefined) {
      const { descriptor, repository, open } = base.published
      return { descriptor, diffId: base.diffId, open, repository }
    }
    return packTar(layer, base === undefined ? options.epoch : undefined, join(folder, `layer-${at}`))
  })
  await Promise.all([...new Set(layers)].map((layer) => rm(layer)))
  return packedImage(config, packed, options)
}

/** Unpacks the archive. Returns the configuration, and the paths of the layers' tar files from the bottom up. */
async function unpack(saved: Readable, folder: string): Promise<{ config: Buffer; layers: string[] }> {
  const files = new Map<string, string>()
  const links = new Map<string, string>()
  const tar = extract()
  const reading = pipeline(saved, tar)
  // The loop below throws the same error. Without this handler Node would report an unhandled rejection before.
  reading.catch(() => {})
  for await (const entry of tar) {
    const { name, type, linkname } = entry.header
    if (type === 'file') {
      const path = join(folder, `file-${files.size}`)
      await writeFileFrom([entry], path)
      files.set(name, path)
    } else {
      // A layer that occurs twice is saved once; the second is a symbolic link to it.
      if (type === 'symlink' && linkname) links.set(name, join(name, '..', linkname))
      entry.resume()
    }
  }
  await reading
  const find = (name: string): string => {
    const path = files.get(links.get(name) ?? name)
    if (path === undefined)
      throw new SlipwayError(`The Docker engine’s archive of the image lacks ${name}.`, INCOMPLETE)
    return path
  }
  const [image] = savedManifest.parse(JSON.parse(await readFile(find('manifest.json'), 'utf8')))
  if (image === undefined) throw new SlipwayError('The Docker engine’s archive has no image.', INCOMPLETE)
  return { config: await readFile(find(image.Config)), layers: image.Layers.map(find) }
}

const INCOMPLETE = {
  hint: 'Its image store may be damaged or full: check `docker system df`, and run the step again. If it fails again, set `engine: buildx`.',
}

async function packTar(tar: string, epoch: number | undefined, path: string): Promise<PackedLayer> {
  const clamp = epoch === undefined ? new PassThrough() : new ClampTimes(epoch)
  const { digest, size, diffId } = await repackLayerFile(tar, clamp, path)
  return { descriptor: { mediaType: OCI_LAYER, digest, size }, diffId, open: () => openLayer(path) }
}
