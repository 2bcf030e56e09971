import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Duplex, PassThrough, type Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Digester } from '../image/digest.ts'
import { parallelGzip } from './parallel-gzip.ts'

/** Stream options for layers. They are large, and small chunks would cost more to pass on than to process. */
export const LARGE = { highWaterMark: 1024 * 1024 }

/** A layer that was packed here, in a file. */
export interface LayerFile {
  readonly digest: string
  readonly size: number
  /** Digest of the uncompressed layer. */
  readonly diffId: string
  readonly path: string
}

/**
 * Writes streams, connected in order, to a file. Settles once the file is closed, also after an error. Until then it may still
 * be created: Node opens it in another thread, and a pipeline that fails does not wait for that.
 */
export async function writeFileFrom(streams: readonly AsyncIterable<unknown>[], path: string): Promise<void> {
  const file = createWriteStream(path, LARGE)
  const closed = new Promise<void>((resolve) => file.once('close', resolve))
  try {
    await pipeline([...streams, file] as unknown as [Readable, typeof file])
  } finally {
    await closed
  }
}

/**
 * Unpacks a layer that begins with `start`, compressed or not, passes its tar stream through `change`, and packs the result
 * into the file `to`. The same tar stream gives the same bytes. After an error nothing writes to the file any more.
 */
export async function repackLayer(source: Readable, start: Buffer, change: Transform, to: string): Promise<LayerFile> {
  const tasks = [packLayer(change, to), pipeline(source, decompressor(start), change)] as const
  try {
    const [file] = await Promise.all(tasks)
    return file
  } finally {
    await Promise.allSettled(tasks)
  }
}

/** `repackLayer` for a layer in a file. */
export const repackLayerFile = async (from: string, change: Transform, to: string): Promise<LayerFile> =>
  repackLayer(openLayer(from), await startOf(from), change, to)

export const openLayer = (path: string) => createReadStream(path, LARGE)

async function packLayer(tar: AsyncIterable<Buffer>, path: string): Promise<LayerFile> {
  const plain = new Digester()
  const packed = new Digester()
  await writeFileFrom([tar, plain, Duplex.from(parallelGzip), packed], path)
  return { digest: packed.digest, size: packed.size, diffId: plain.digest, path }
}

/** The containerd image store keeps layers as it pulled them: compressed, with gzip or zstd. */
function decompressor(start: Buffer): Transform {
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
