import { join } from 'node:path'
import { BlobUpload, type PushedBlob, type PushedLayer } from './blob-upload.ts'
import type { RegistryStorage, Upload } from './loopback-registry.ts'

/** A manifest as the engine pushed it. */
export interface PushedManifest {
  readonly bytes: Buffer
  readonly mediaType: string
}

/** The blobs and manifests that an engine has pushed to this process. */
export class PushStorage implements RegistryStorage {
  readonly blobs = new Map<string, PushedBlob>()
  readonly manifests = new Map<string, PushedManifest>()
  readonly #folder: string
  readonly #epoch: number
  readonly #presentSize: (digest: string) => Promise<number | undefined>
  readonly #onLayer: (layer: PushedLayer) => void
  readonly #asked = new Map<string, Promise<number | undefined>>()
  readonly #uploads: BlobUpload[] = []
  #closed = false

  /**
   * `presentSize` returns the size of a layer that the engine need not push, `undefined` for any other. `onLayer` is called
   * once for each layer, when it is packed.
   */
  constructor(
    folder: string,
    epoch: number,
    presentSize: (digest: string) => Promise<number | undefined>,
    onLayer: (layer: PushedLayer) => void = () => {},
  ) {
    this.#folder = folder
    this.#epoch = epoch
    this.#presentSize = presentSize
    this.#onLayer = onLayer
  }

  async blobSize(digest: string): Promise<number | undefined> {
    const asked = this.#asked.get(digest) ?? this.#presentSize(digest)
    this.#asked.set(digest, asked)
    return this.blobs.get(digest)?.size ?? (await asked)
  }

  startUpload(): Upload {
    if (this.#closed) throw new Error('The registry is closed.')
    const path = join(this.#folder, `layer-${this.#uploads.length}`)
    const upload = new BlobUpload(path, this.#epoch, (blob) => {
      this.blobs.set(blob.digest, blob)
      // A layer that cannot be packed is an error where it is needed.
      if (blob.kind === 'layer') blob.layer.then(this.#onLayer).catch(() => {})
    })
    this.#uploads.push(upload)
    return upload
  }

  /** An image configuration that was pushed; `undefined` where there is none with this digest. */
  config(digest: string): Buffer | undefined {
    const blob = this.blobs.get(digest)
    return blob?.kind === 'config' ? blob.config : undefined
  }

  /** A layer that was pushed, once it is packed; `undefined` where there is none. Rejects when it cannot be packed. */
  async layer(digest: string): Promise<PushedLayer | undefined> {
    const blob = this.blobs.get(digest)
    return blob?.kind === 'layer' ? blob.layer : undefined
  }

  putManifest(reference: string, bytes: Buffer, mediaType: string): void {
    this.manifests.set(reference, { bytes, mediaType })
  }

  /** Cancels all uploads, and the packing of layers that is still under way. Packed layers stay in their files. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#uploads.map((upload) => upload.cancel()))
  }
}
