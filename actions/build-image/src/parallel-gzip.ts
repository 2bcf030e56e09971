import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)
const BLOCK = 1024 * 1024
/** Within two hundredths of the size that the usual 6 gives, in two thirds of the time. */
const LEVEL = 5
const SAMPLE = 8 * 1024
const SAMPLES = 4
/** Bits that a byte needs at most, of 8, for compressing to be worth its while. */
const WORTH_IT = 7.75
/** What comes out, in pieces of this size: the usual 16 KiB would send each block to another thread and back many times. */
const PIECE = 256 * 1024

/**
 * Compresses with all cores: each block by itself, one gzip member after the other, which every reader of layers takes for
 * one stream (it is how eStargz layers are made). The blocks are cut at fixed places, so the same bytes give the same bytes.
 */
export async function* parallelGzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const width = availableParallelism() + 1
  const underWay: Promise<Buffer>[] = []
  // Used again and again: a large image would else be allocated anew, and collected, piece by piece.
  const spare: Buffer[] = []
  let blocks = 0
  for await (const { room, block } of blocksOf(source, () => spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK))) {
    blocks++
    underWay.push(compressBlock(block).finally(() => spare.push(room)))
    const first = underWay.length >= width ? underWay.shift() : undefined
    if (first !== undefined) yield await first
  }
  for (const block of underWay) yield await block
  // No members at all would not be gzip.
  if (blocks === 0) yield await compress(Buffer.alloc(0), { level: LEVEL })
}

/** Images, archives and other compressed content would cost the most time and gain nothing. */
function compressBlock(block: Buffer): Promise<Buffer> {
  return compress(block, { level: bitsPerByte(block) < WORTH_IT ? LEVEL : 0, chunkSize: PIECE })
}

/** The Shannon entropy of samples of a block: of 8 bits, how many a byte needs by itself. A sample that is compressed costs more. */
function bitsPerByte(block: Buffer): number {
  const counts = new Uint32Array(256)
  const step = Math.max(SAMPLE, Math.floor((block.length - SAMPLE) / (SAMPLES - 1)))
  let total = 0
  for (let start = 0; start < block.length; start += step) {
    const end = Math.min(start + SAMPLE, block.length)
    for (let at = start; at < end; at++) {
      const byte = block[at] ?? 0
      counts[byte] = (counts[byte] ?? 0) + 1
    }
    total += end - start
  }
  const shares = [...counts].filter((count) => count > 0).map((count) => count / total)
  return -shares.reduce((bits, share) => bits + share * Math.log2(share), 0)
}

interface Block {
  readonly block: Buffer
  /** What it lies in, for the next one. */
  readonly room: Buffer
}

/** The same bytes, cut at fixed places, however they came. */
async function* blocksOf(source: AsyncIterable<Buffer>, makeRoom: () => Buffer): AsyncGenerator<Block> {
  let room = makeRoom()
  let length = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(room, length, at)
      at += copied
      length += copied
      if (length < BLOCK) continue
      yield { block: room, room }
      room = makeRoom()
      length = 0
    }
  }
  if (length > 0) yield { block: room.subarray(0, length), room }
}
