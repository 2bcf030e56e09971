import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'

/** `sha256:` and the hash in hexadecimal. */
export const digestOf = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** True for a digest as `digestOf` gives it. */
export const isDigest = (text: unknown): text is string =>
  typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)

/** Passes bytes through. `digest` and `size` are those of all bytes once the stream has ended. */
export class Digester extends Transform {
  readonly #hash = createHash('sha256')
  #size = 0
  #digest: string | undefined

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk)
    this.#size += chunk.length
    done(null, chunk)
  }

  get size(): number {
    return this.#size
  }

  get digest(): string {
    this.#digest ??= `sha256:${this.#hash.digest('hex')}`
    return this.#digest
  }
}
