import { join } from 'node:path'
import { BlobUpload, type PushedBlob, type PushedLayer } from './blob-upload.ts'
import type { Inbox, Upload } from './loopback-registry.ts'

/** A manifest as an engine pushed it. */
export interface PushedManifest {
  readonly bytes: Buffer
  readonly mediaType: string
}

/** What an engine has sent, and what it need not send. */
export class PushStorage implements Inbox {
  readonly blobs = new Map<string, PushedBlob>()
  readonly manifests = new Map<string, PushedManifest>()
  readonly #folder: string
  readonly #epoch: number
  readonly #known: (digest: string) => Promise<number | undefined>
  readonly #onLayer: (layer: PushedLayer) => void
  readonly #asked = new Map<string, Promise<number | undefined>>()
  #uploads = 0

  /** `known` tells the size of a layer that is to be had without the engine; `onLayer` is told of each that is packed. */
  constructor(
    folder: string,
    epoch: number,
    known: (digest: string) => Promise<number | undefined>,
    onLayer: (layer: PushedLayer) => void = () => {},
  ) {
    this.#folder = folder
    this.#epoch = epoch
    this.#known = known
    this.#onLayer = onLayer
  }

  async sizeOf(digest: string): Promise<number | undefined> {
    const asked = this.#asked.get(digest) ?? this.#known(digest)
    this.#asked.set(digest, asked)
    return this.blobs.get(digest)?.size ?? (await asked)
  }

  beginUpload(): Upload {
    const path = join(this.#folder, `layer-${this.#uploads++}`)
    return new BlobUpload(path, this.#epoch, (blob) => {
      this.blobs.set(blob.digest, blob)
      // One that cannot be packed is an error to whoever needs it.
      blob.layer?.then(this.#onLayer).catch(() => {})
    })
  }

  takeManifest(reference: string, bytes: Buffer, mediaType: string): void {
    this.manifests.set(reference, { bytes, mediaType })
  }
}
