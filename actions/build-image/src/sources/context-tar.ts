import { createReadStream, readFileSync } from 'node:fs'
import { pipeline as connect, type Readable, Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { type BuildContext, type ContextEntry, unreadablePath } from './context.ts'

/** A file that is added to the context, or replaces one of it. */
export interface ExtraFile {
  readonly path: string
  readonly content: Buffer
}

/**
 * A context as a tar stream that is the same for the same sources: in a fixed order, owned by root, with git's two modes (0644
 * and 0755) and one time. It is streamed, not held in memory.
 */
export function packContext(context: BuildContext, epoch: number, extra: readonly ExtraFile[] = []): Readable {
  const tar = pack()
  const mtime = new Date(epoch * 1000)
  const replaced = new Set(extra.map(({ path }) => path))
  const write = async () => {
    for (const entry of context.entries) if (!replaced.has(entry.path)) await writeEntry(tar, entry, mtime)
    for (const { path, content } of extra) tar.entry({ ...owner, name: path, mtime, mode: 0o644 }, content)
    tar.finalize()
  }
  write().catch((error) => tar.destroy(error))
  // This is a stream of Node's; those of tar-stream differ, and not every reader accepts them.
  return connect(tar, new Coalesce(), () => {})
}

const owner = { uid: 0, gid: 0 }

async function writeEntry(tar: Pack, entry: ContextEntry, mtime: Date): Promise<void> {
  if (entry.kind === 'folder') {
    tar.entry({ ...owner, name: `${entry.path}/`, type: 'directory', mode: 0o755, mtime })
  } else if (entry.kind === 'link') {
    tar.entry({ ...owner, name: entry.path, type: 'symlink', linkname: entry.target, mode: 0o777, mtime })
  } else {
    const { path, source, size, executable } = entry
    const header = { ...owner, name: path, size, mode: executable ? 0o755 : 0o644, mtime }
    if (size < PIECE) await writeAll(tar, header, readExactly(source, size))
    else await pipeline(readPieces(source, size), tar.entry(header))
  }
}

const PIECE = 256 * 1024
const LARGE = 64 * 1024

function readExactly(path: string, size: number): Buffer {
  try {
    const content = readFileSync(path)
    if (content.length < size) throw shrunk(size, content.length)
    return content.subarray(0, size)
  } catch (cause) {
    throw unreadablePath(path, cause)
  }
}

/** Reads as many bytes of a file as it had when the context was listed. @throws InputError when it has fewer now. */
async function* readPieces(path: string, size: number): AsyncGenerator<Buffer> {
  let seen = 0
  try {
    for await (const piece of createReadStream(path, { end: size - 1, highWaterMark: PIECE })) {
      seen += (piece as Buffer).length
      yield piece as Buffer
    }
    if (seen < size) throw shrunk(size, seen)
  } catch (cause) {
    throw unreadablePath(path, cause)
  }
}

const shrunk = (before: number, now: number) =>
  new Error(`Its size changed from ${before} to ${now} bytes during the build.`)

/** Resolves when the content is consumed, so that no more is read than the stream's reader accepts. */
const writeAll = (tar: Pack, header: Parameters<Pack['entry']>[0], content: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    tar.entry(header, (error) => (error ? reject(error) : resolve())).end(content)
  })

/** Joins small chunks: ten thousand small files would otherwise be thirty thousand writes to the engine's socket. */
class Coalesce extends Transform {
  #pieces: Buffer[] = []
  #length = 0

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    // A large chunk is passed on as it is: copying it would cost more than a write.
    const large = piece.length >= LARGE
    if (!large) this.#add(piece)
    if (this.#length >= (large ? 1 : PIECE)) this.push(this.#take())
    if (large) this.push(piece)
    done()
  }

  #add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#take())
  }

  #take(): Buffer {
    const all = Buffer.concat(this.#pieces, this.#length)
    this.#pieces = []
    this.#length = 0
    return all
  }
}
