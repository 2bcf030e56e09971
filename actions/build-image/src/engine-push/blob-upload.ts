import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ClampTimes } from '../pack/clamp-tar-times.ts'
import { decompressor, LARGE, type LayerFile, packLayer } from '../pack/layer-file.ts'
import type { Upload } from './loopback-registry.ts'

/** A blob that has come: an image's configuration as it is, or a layer, packed anew. */
export type PushedBlob = { readonly digest: string; readonly size: number } & (
  | { readonly config: Buffer; readonly layer?: undefined }
  | { readonly layer: Promise<PushedLayer>; readonly config?: undefined }
)

export interface PushedLayer extends LayerFile {
  /** The newest of its times as it came, in seconds. */
  readonly newest: number
}

/**
 * Takes in one blob. A layer is unpacked, its times held down to the epoch, and packed anew, all while the rest of it is still
 * coming. That is done to every layer, so that what an image becomes does not depend on how its engine packs.
 */
export class BlobUpload implements Upload {
  readonly #path: string
  readonly #epoch: number | undefined
  readonly #received: (blob: PushedBlob) => void
  readonly #hash = createHash('sha256')
  readonly #config: Buffer[] = []
  #unpacking: PassThrough | undefined
  #layer: Promise<PushedLayer> | undefined
  #size = 0

  constructor(path: string, epoch: number | undefined, received: (blob: PushedBlob) => void) {
    this.#path = path
    this.#epoch = epoch
    this.#received = received
  }

  get size(): number {
    return this.#size
  }

  async append(body: Readable): Promise<void> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (this.#size === 0 && chunk[0] !== OPENING_BRACE) this.#beginLayer(chunk)
      this.#size += chunk.length
      this.#hash.update(chunk)
      if (this.#unpacking === undefined) this.#config.push(chunk)
      else await put(this.#unpacking, chunk)
    }
  }

  async finish(digest: string): Promise<boolean> {
    this.#unpacking?.end()
    if (digest !== `sha256:${this.#hash.digest('hex')}`) {
      await this.abandon()
      return false
    }
    const [size, layer] = [this.#size, this.#layer]
    this.#received({ digest, size, ...(layer === undefined ? { config: Buffer.concat(this.#config) } : { layer }) })
    return true
  }

  async abandon(): Promise<void> {
    this.#unpacking?.destroy()
    await this.#layer?.catch(() => {})
    await rm(this.#path, { force: true })
  }

  #beginLayer(start: Buffer): void {
    this.#unpacking = new PassThrough(LARGE)
    this.#layer = repack(this.#unpacking, start, this.#epoch, this.#path)
    this.#layer.catch(() => {})
  }
}

const OPENING_BRACE = 0x7b

async function repack(source: Readable, start: Buffer, epoch: number | undefined, path: string) {
  const clamp = new ClampTimes(epoch ?? Number.POSITIVE_INFINITY)
  const [file] = await Promise.all([packLayer(clamp, path), pipeline(source, decompressor(start), clamp)])
  return { ...file, newest: clamp.newest }
}

/** Writes, and waits for room. What has broken off takes no more; whoever waits for the layer learns why. */
async function put(stream: Writable, chunk: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(chunk)) return
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}
