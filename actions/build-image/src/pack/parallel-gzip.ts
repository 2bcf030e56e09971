import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)
const BLOCK = 1024 * 1024
/** Within two hundredths of the size that the usual 6 gives, in two thirds of the time. */
const LEVEL = 5
const SAMPLE = 8 * 1024
const SAMPLES = 4
const WORTH_IT = 0.97

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

/** Images, archives and other compressed content would cost the most time and gain nothing: samples tell. */
async function compressBlock(block: Buffer): Promise<Buffer> {
  const step = Math.max(SAMPLE, Math.floor((block.length - SAMPLE) / (SAMPLES - 1)))
  const samples = Array.from({ length: SAMPLES }, (_, at) => block.subarray(at * step, at * step + SAMPLE))
  const sample = Buffer.concat(samples)
  const packed = await compress(sample, { level: 1, chunkSize: roomFor(sample.length) })
  const share = packed.length / sample.length
  const shrinks = share < WORTH_IT
  return compress(block, {
    level: shrinks ? LEVEL : 0,
    chunkSize: roomFor(shrinks ? block.length * share : block.length),
  })
}

/**
 * Room for what comes out, most likely all of it: in the usual 16 KiB each block would go to another thread and back many
 * times, and what is not used is garbage all the same.
 */
const roomFor = (bytes: number): number => 4096 + Math.ceil(bytes * 1.01)

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
