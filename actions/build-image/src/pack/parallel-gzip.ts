import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)
const BLOCK = 1024 * 1024
/** Within 2 % of the size of the default level 6, in two thirds of its time. */
const LEVEL = 5
const SAMPLE = 8 * 1024
const SAMPLES = 4
const WORTH_IT = 0.97

/**
 * Compresses on all cores: each block is a gzip member of its own, and gzip readers read consecutive members as one stream (as
 * in eStargz layers). Blocks have a fixed size, so the same input gives the same bytes.
 */
export async function* parallelGzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const width = availableParallelism() + 1
  const pending: Promise<Buffer>[] = []
  // Buffers are reused: otherwise garbage collection of all blocks of a large image takes its time.
  const spare: Buffer[] = []
  let blocks = 0
  for await (const { buffer, block } of blocksOf(source, () => spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK))) {
    blocks++
    pending.push(compressBlock(block).finally(() => spare.push(buffer)))
    const first = pending.length >= width ? pending.shift() : undefined
    if (first !== undefined) yield await first
  }
  for (const block of pending) yield await block
  // A gzip file needs at least one member.
  if (blocks === 0) yield await compress(Buffer.alloc(0), { level: LEVEL })
}

/** Stores content whose samples do not shrink, such as archives: compressing it takes the longest and gains nothing. */
async function compressBlock(block: Buffer): Promise<Buffer> {
  const step = Math.max(SAMPLE, Math.floor((block.length - SAMPLE) / (SAMPLES - 1)))
  const samples = Array.from({ length: SAMPLES }, (_, at) => block.subarray(at * step, at * step + SAMPLE))
  const sample = Buffer.concat(samples)
  const packed = await compress(sample, { level: 1, chunkSize: outputSize(sample.length) })
  const share = packed.length / sample.length
  const shrinks = share < WORTH_IT
  return compress(block, {
    level: shrinks ? LEVEL : 0,
    chunkSize: outputSize(shrinks ? block.length * share : block.length),
  })
}

/**
 * Size of the output buffer, large enough for most blocks: with zlib's default of 16 KiB each block would need many round trips
 * to another thread.
 */
const outputSize = (bytes: number): number => 4096 + Math.ceil(bytes * 1.01)

interface Block {
  readonly block: Buffer
  /** The buffer of the block, to be reused. */
  readonly buffer: Buffer
}

/** Cuts a stream into blocks of a fixed size. */
async function* blocksOf(source: AsyncIterable<Buffer>, newBuffer: () => Buffer): AsyncGenerator<Block> {
  let buffer = newBuffer()
  let length = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(buffer, length, at)
      at += copied
      length += copied
      if (length < BLOCK) continue
      yield { block: buffer, buffer }
      buffer = newBuffer()
      length = 0
    }
  }
  if (length > 0) yield { block: buffer.subarray(0, length), buffer }
}
