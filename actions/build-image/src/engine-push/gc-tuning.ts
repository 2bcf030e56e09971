import { setFlagsFromString } from 'node:v8'

const ROOM = 96 * 1024 * 1024

/**
 * From here on lets about 96 MB of garbage lie before it is collected: as many times what is in use as make that now. Layers
 * pass through in buffers that are garbage a moment later, and V8 keeps the heap of a small program small: it collected for
 * every 12 MB, which took a seventh of this process's time, on the cores that the build wants. Node says of flags that are
 * set so late that they may do nothing: then this costs that time again.
 */
export function tuneGarbageCollection(): void {
  const percent = Math.round((100 * ROOM) / process.memoryUsage().heapUsed)
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
