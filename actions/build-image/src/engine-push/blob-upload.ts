import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { ClampTimes } from '../pack/clamp-tar-times.ts'
import { LARGE, type LayerFile, repackLayer } from '../pack/layer-file.ts'
import type { Upload } from './loopback-registry.ts'

/** A blob that the engine pushed: an image configuration as it is, or a layer that is packed again. */
export type PushedBlob = { readonly digest: string; readonly size: number } & (
  | { readonly kind: 'config'; readonly config: Buffer }
  | { readonly kind: 'layer'; readonly layer: Promise<PushedLayer> }
)

export interface PushedLayer extends LayerFile {
  /** The newest file time in the layer as the engine pushed it, in seconds since 1970. */
  readonly newest: number
}

/**
 * Receives one blob. A layer is unpacked, its file times are limited to the epoch, and it is packed again, all while the rest
 * of it still arrives. That is done to every layer, so that an image's digest does not depend on how its engine packs.
 */
export class BlobUpload implements Upload {
  readonly #path: string
  readonly #epoch: number
  readonly #onCommit: (blob: PushedBlob) => void
  readonly #hash = createHash('sha256')
  readonly #config: Buffer[] = []
  #unpacking: PassThrough | undefined
  #layer: Promise<PushedLayer> | undefined
  #size = 0
  #state: 'open' | 'committed' | 'packed' | 'cancelled' = 'open'

  constructor(path: string, epoch: number, onCommit: (blob: PushedBlob) => void) {
    this.#path = path
    this.#epoch = epoch
    this.#onCommit = onCommit
  }

  get size(): number {
    return this.#size
  }

  async append(body: Readable): Promise<void> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // A chunk after the cancel must not create the file that the cancel has removed.
      if (this.#state === 'cancelled') throw cancelled()
      if (this.#size === 0 && chunk[0] !== OPENING_BRACE) this.#beginLayer(chunk)
      this.#size += chunk.length
      this.#hash.update(chunk)
      if (this.#unpacking === undefined) this.#config.push(chunk)
      else await write(this.#unpacking, chunk)
    }
  }

  async commit(digest: string): Promise<boolean> {
    if (this.#state !== 'open') return false
    this.#unpacking?.end()
    if (digest !== `sha256:${this.#hash.digest('hex')}`) {
      await this.cancel()
      return false
    }
    this.#state = 'committed'
    const blob = { digest, size: this.#size }
    if (this.#layer === undefined) {
      this.#onCommit({ ...blob, kind: 'config', config: Buffer.concat(this.#config) })
    } else {
      this.#layer = this.#layer.then((layer) => {
        if (this.#state === 'cancelled') throw cancelled()
        this.#state = 'packed'
        return layer
      })
      this.#layer.catch(() => {})
      this.#onCommit({ ...blob, kind: 'layer', layer: this.#layer })
    }
    return true
  }

  async cancel(): Promise<void> {
    if (this.#state === 'packed') return
    this.#state = 'cancelled'
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

const cancelled = () => new Error('The upload was cancelled.')

/** The first character of a configuration, which is JSON. */
const OPENING_BRACE = 0x7b

async function repack(source: Readable, start: Buffer, epoch: number, path: string): Promise<PushedLayer> {
  const clamp = new ClampTimes(epoch)
  const file = await repackLayer(source, start, clamp, path)
  return { ...file, newest: clamp.newest }
}

/** Writes a chunk, and waits until there is room for the next. A destroyed stream takes none: the layer's promise has the error. */
async function write(stream: Writable, chunk: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(chunk)) return
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.on('drain', done).on('close', done)
  })
}
