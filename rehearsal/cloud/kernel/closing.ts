/** A part of the cloud that has to be closed. */
export interface Part {
  readonly name: string
  /** Closes it. Once `hurry` is aborted it ends at once, and rejects with the names of what it leaves. */
  close(hurry: AbortSignal): Promise<void>
}

/** Time for a part to end once it has to hurry, in milliseconds. */
const GRACE_MS = 4_000

/**
 * Closes all parts, the last one first. A part that fails, or does not end in time, keeps no other from closing. Rejects, after
 * all have been closed, with an Error that names those.
 */
export async function closeAll(parts: readonly Part[], hurry: AbortSignal, graceMs = GRACE_MS): Promise<void> {
  const problems: string[] = []
  for (const part of parts.toReversed()) {
    const late = timeAfterAbort(hurry, graceMs)
    try {
      const outcome = await Promise.race([closed(part, hurry), late.over])
      if (outcome === 'late') problems.push(`${part.name}: did not end in time.`)
    } catch (error) {
      problems.push(`${part.name}: ${error instanceof Error ? error.message : error}`)
    } finally {
      late.cancel()
    }
  }
  if (problems.length > 0)
    throw new Error(`The rehearsal cloud could not close all of its parts.\n${problems.join('\n')}`)
}

async function closed({ close }: Part, hurry: AbortSignal): Promise<'closed'> {
  await close(hurry)
  return 'closed'
}

/** Resolves `ms` after the abort of `signal`. By the machine's clock: the cloud's may stand still. */
function timeAfterAbort(signal: AbortSignal, ms: number) {
  let timer: NodeJS.Timeout | undefined
  let start = () => {}
  const over = new Promise<'late'>((resolve) => {
    start = () => {
      timer = setTimeout(() => resolve('late'), ms)
    }
  })
  if (signal.aborted) start()
  else signal.addEventListener('abort', start, { once: true })
  return {
    over,
    cancel: () => {
      signal.removeEventListener('abort', start)
      clearTimeout(timer)
    },
  }
}

/** Calls `use` with a signal that is aborted with `given`, or after `ms`. */
export async function withLimit<T>(
  given: AbortSignal | undefined,
  ms: number,
  use: (hurry: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), ms)
  try {
    return await use(given === undefined ? limit.signal : AbortSignal.any([given, limit.signal]))
  } finally {
    clearTimeout(timer)
  }
}
