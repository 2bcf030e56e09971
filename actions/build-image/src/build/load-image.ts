import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type Docker from 'dockerode'
import { type Pack, pack } from 'tar-stream'
import { asReadable } from '../engine/docker-engine.ts'
import { findImage } from '../engine/engine-images.ts'
import { readEngineStream } from '../engine/engine-stream.ts'
import type { Image } from '../image/image.ts'
import { type Descriptor, isIndex, type ManifestBytes, OCI_INDEX, readIndex, readManifest } from '../image/oci.ts'

/**
 * Loads an image into the Docker engine, in the same bytes that registries get, and returns its id there. The containerd image
 * store loads all of it, also an index; the older store loads the image of the engine's own platform.
 */
export async function loadImage(image: Image, docker: Docker): Promise<string> {
  const { Os, Arch } = await docker.version()
  const top = await image.source.manifest(image.digest)
  const children = isIndex(top.mediaType) ? readIndex(top.bytes, image.source.name).manifests : []
  const own = children.find(({ platform }) => platform?.os === Os && platform.architecture === Arch) ?? children[0]
  const wanted = own === undefined ? top : await image.source.manifest(own.digest)
  const { config, layers } = readManifest(wanted.bytes, image.source.name)

  const tar = pack()
  const write = async () => {
    await writeImage(tar, image, top)
    writeJson(tar, 'oci-layout', { imageLayoutVersion: '1.0.0' })
    const { digest, mediaType, bytes } = top
    writeJson(tar, 'index.json', {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ mediaType, digest, size: bytes.length }],
    })
    writeJson(tar, 'manifest.json', [{ Config: path(config), RepoTags: null, Layers: layers.map(path) }])
    tar.finalize()
  }
  write().catch((error) => tar.destroy(error))
  const answer = await docker.loadImage(tar as unknown as Readable)
  for await (const _ of readEngineStream(asReadable(answer)));
  return findImage(docker, [image.digest, wanted.digest, config.digest])
}

/** Writes a manifest, or an index with its images, and each blob once. */
async function writeImage(tar: Pack, { source }: Image, top: ManifestBytes): Promise<void> {
  const written = new Set<string>()
  const once = ({ digest }: { readonly digest: string }) => !written.has(digest) && written.add(digest)
  const manifests = [top]
  if (isIndex(top.mediaType)) {
    for (const { digest } of readIndex(top.bytes, source.name).manifests) manifests.push(await source.manifest(digest))
  }
  for (const manifest of manifests.filter(once)) {
    tar.entry({ name: path(manifest) }, manifest.bytes)
    if (isIndex(manifest.mediaType)) continue
    const { config, layers } = readManifest(manifest.bytes, source.name)
    for (const blob of [config, ...layers].filter(once)) {
      await pipeline(source.blob(blob), tar.entry({ name: path(blob), size: blob.size }))
    }
  }
}

const path = ({ digest }: Pick<Descriptor, 'digest'>) => `blobs/${digest.replace(':', '/')}`
const writeJson = (tar: Pack, name: string, value: unknown) => tar.entry({ name }, JSON.stringify(value))
