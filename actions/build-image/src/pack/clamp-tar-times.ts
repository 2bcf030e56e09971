import { Transform, type TransformCallback } from 'node:stream'

const BLOCK = 512

/**
 * Sets times in a tar stream that are later than `epoch` (seconds) to it. Files that a build step wrote have the time of the
 * build, so no two builds would give the same bytes. Only the times in headers are changed, in place: binary attributes, hard
 * links and sparse files stay as they are, byte for byte.
 */
export class ClampTimes extends Transform {
  readonly #epoch: number
  /** Bytes of an incomplete header, and of the records of an extended one. */
  #pending: Buffer = Buffer.alloc(0)
  /** Bytes of the current entry's content, with padding, that have not arrived yet. */
  #content = 0
  /** Size of the next entry from its extended header: a size from 8 GiB on does not fit into the header itself. */
  #nextSize: number | undefined
  #newest = 0

  /** The newest time that has passed, before it was changed. */
  get newest(): number {
    return this.#newest
  }

  constructor(epoch: number) {
    super()
    this.#epoch = epoch
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    let at = Math.min(this.#content, bytes.length)
    this.#content -= at
    while (this.#content === 0) {
      const size = this.#clampEntry(bytes, at)
      if (size === undefined) break
      const end = Math.min(at + size, bytes.length)
      this.#content = at + size - end
      at = end
    }
    this.#pending = bytes.subarray(at)
    done(null, bytes.subarray(0, at))
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#pending)
  }

  /** Changes the header at an offset. Returns the size of header and content; `undefined` when it has not arrived completely. */
  #clampEntry(bytes: Buffer, at: number): number | undefined {
    if (bytes.length < at + BLOCK) return undefined
    const header = bytes.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) return BLOCK
    const type = String.fromCharCode(header[156] ?? 0)
    const extended = type === 'x' || type === 'g'
    const size = (extended ? undefined : this.#nextSize) ?? readNumber(header, 124, 12)
    if (extended) {
      if (bytes.length < at + BLOCK + size) return undefined
      this.#clampRecords(bytes.subarray(at + BLOCK, at + BLOCK + size))
    } else {
      this.#nextSize = undefined
    }
    const time = readNumber(header, 136, 12)
    this.#newest = Math.max(this.#newest, time)
    if (time > this.#epoch) {
      writeOctal(header, 136, 12, this.#epoch)
      writeChecksum(header)
    }
    return BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }

  #clampRecords(records: Buffer): void {
    for (const { key, value, at } of readRecords(records)) {
      if (key === 'size') this.#nextSize = Number(value)
      if (!TIMES.has(key)) continue
      this.#newest = Math.max(this.#newest, Number(value) || 0)
      if (Number(value) > this.#epoch) records.write(clamp(value, this.#epoch), at, 'latin1')
    }
  }
}

const TIMES = new Set(['mtime', 'atime', 'ctime'])

/** The records of a pax header, `LENGTH key=value\n` each, with the offset of their value. */
function* readRecords(records: Buffer): Generator<{ key: string; value: string; at: number }> {
  for (let start = 0; start < records.length; ) {
    const space = records.indexOf(' ', start)
    const length = space < 0 ? Number.NaN : Number(records.toString('latin1', start, space))
    if (!(length > 0)) return
    const equals = records.indexOf('=', space)
    const value = records.toString('latin1', equals + 1, start + length - 1)
    yield { key: records.toString('latin1', space + 1, equals), value, at: equals + 1 }
    start += length
  }
}

/** `epoch` in as many characters as `value` has, so that the record keeps its length. */
function clamp(value: string, epoch: number): string {
  const whole = String(epoch).padStart(value.split('.')[0]?.length ?? 0, '0')
  return value.includes('.') ? `${whole}.`.padEnd(value.length, '0') : whole
}

/** Reads a number field: octal text, or base 256 when its first bit is set. */
function readNumber(header: Buffer, at: number, length: number): number {
  const first = header[at] ?? 0
  if ((first & 0x80) === 0) return Number.parseInt(header.toString('latin1', at, at + length).trimStart(), 8) || 0
  if (first === 0xff) return 0
  let number = first & 0x7f
  for (const byte of header.subarray(at + 1, at + length)) number = number * 256 + byte
  return number
}

function writeOctal(header: Buffer, at: number, length: number, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
}

function writeChecksum(header: Buffer): void {
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}
