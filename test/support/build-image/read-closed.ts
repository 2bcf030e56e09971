import { chmodSync } from 'node:fs'

/** Reads while `path` has no read permission. Root may read it all the same, so root reads as another user. */
export async function readClosed<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  chmodSync(path, 0)
  if (process.getuid?.() === 0) process.seteuid?.('nobody')
  try {
    return await read()
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0)
    chmodSync(path, 0o700)
  }
}
