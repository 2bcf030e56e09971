import { createReadStream } from 'node:fs'
import { pipeline as connect, PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Pack, pack } from 'tar-stream'
import { type Context, type ContextEntry, unreadable } from './context.ts'

/** A file that is not in the context's folder, or takes the place of one that is. */
export interface ExtraFile {
  readonly path: string
  readonly content: Buffer
}

/**
 * A context as a tar stream that is the same for the same sources: in the walk's order, owned by root, with git's two modes
 * (0644 and 0755) and one time. It holds no more in memory than a stream's buffers.
 */
export function packContext(context: Context, epoch: number, extra: readonly ExtraFile[] = []): Readable {
  const tar = pack()
  const mtime = new Date(epoch * 1000)
  const replaced = new Set(extra.map(({ path }) => path))
  const write = async () => {
    for (const entry of context.entries) if (!replaced.has(entry.path)) await writeEntry(tar, entry, mtime)
    for (const { path, content } of extra) tar.entry({ ...owner, name: path, mtime, mode: 0o644 }, content)
    tar.finalize()
  }
  write().catch((error) => tar.destroy(error))
  // tar-stream's streams are like Node's and not the same; what reads this one may be particular.
  return connect(tar, new PassThrough(), () => {})
}

const owner = { uid: 0, gid: 0 }

async function writeEntry(tar: Pack, entry: ContextEntry, mtime: Date): Promise<void> {
  if (entry.kind === 'folder') {
    tar.entry({ ...owner, name: `${entry.path}/`, type: 'directory', mode: 0o755, mtime })
  } else if (entry.kind === 'link') {
    tar.entry({ ...owner, name: entry.path, type: 'symlink', linkname: entry.target, mode: 0o777, mtime })
  } else {
    const { path, source, size, executable } = entry
    const header = tar.entry({ ...owner, name: path, size, mode: executable ? 0o755 : 0o644, mtime })
    // `end` cuts a file that grows while it is read; one that shrinks makes tar-stream refuse the entry.
    const content = createReadStream(source, size === 0 ? {} : { end: size - 1 })
    await pipeline(content, header).catch((cause) => {
      throw unreadable(source, cause)
    })
  }
}
