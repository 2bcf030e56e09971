import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Duplex, PassThrough, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Digester } from '../image/digest.ts'
import { parallelGzip } from './parallel-gzip.ts'

/** Layers are large; in small pieces the time goes into handing them on. */
export const LARGE = { highWaterMark: 1024 * 1024 }

/** A layer that was packed here, in a file. */
export interface LayerFile {
  readonly digest: string
  readonly size: number
  /** The digest of its content. */
  readonly diffId: string
  readonly path: string
}

/** Packs a layer's tar stream into a file. The same bytes give the same bytes. */
export async function packLayer(tar: AsyncIterable<Buffer>, path: string): Promise<LayerFile> {
  const plain = new Digester()
  const packed = new Digester()
  await pipeline(tar, plain, Duplex.from(parallelGzip), packed, createWriteStream(path, LARGE))
  return { digest: packed.digest, size: packed.size, diffId: plain.digest, path }
}

/** Packs a layer anew that is in a file, compressed or not, with its tar stream led through `change`. */
export async function repackLayer(from: string, change: Transform, to: string): Promise<LayerFile> {
  const packing = packLayer(change, to)
  await Promise.all([pipeline(openLayer(from), decompressor(await startOf(from)), change), packing])
  return packing
}

export const openLayer = (path: string) => createReadStream(path, LARGE)

/** What unpacks a stream that begins with these bytes. The containerd image store keeps layers as it pulled them: compressed. */
export function decompressor(start: Buffer): Transform {
  if (start.subarray(0, 2).equals(GZIP)) return createGunzip({ chunkSize: 256 * 1024 })
  return start.subarray(0, 4).equals(ZSTD) ? createZstdDecompress() : new PassThrough()
}

async function startOf(path: string): Promise<Buffer> {
  const file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close())
  return buffer
}

const GZIP = Buffer.from([0x1f, 0x8b])
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
