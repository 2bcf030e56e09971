import { setFlagsFromString } from 'node:v8'

/** Bytes of garbage between two collections. */
const GARBAGE = 96 * 1024 * 1024

/**
 * Makes V8 collect garbage for every 96 MB instead of every 12 MB. Layers pass through in buffers that are garbage a moment
 * later, and V8 keeps the heap of a small program small: collecting took a seventh of this process's time, on the cores that
 * the build needs. Node does not promise that a flag has an effect at run time; without it, only that time is lost.
 */
export function tuneGarbageCollection(): void {
  const percent = Math.round((100 * GARBAGE) / process.memoryUsage().heapUsed)
  setFlagsFromString(`--heap-growing-percent=${percent}`)
}
