import { throwIfCancelled } from '../../../../toolkit/clock.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { AwsCalls } from './aws-calls.ts'
import { isRefusal } from './errors.ts'

/** The answers, and the errors by item. */
export interface Answers<I, R> {
  readonly found: readonly R[]
  readonly failed: ReadonlyMap<I, unknown>
}

/** How many batches are asked for at the same time. */
const AT_ONCE = 4

/**
 * Asks for items in batches. An error of one batch does not affect the others. A batch that AWS refuses is asked for again item
 * by item, as AWS refuses a batch for one of its items.
 * @throws CancelledError when the run is cancelled
 */
export async function askInBatches<I, R>(
  aws: AwsCalls,
  batches: readonly (readonly I[])[],
  ask: (batch: readonly I[]) => Promise<readonly R[]>,
): Promise<Answers<I, R>> {
  const failed = new Map<I, unknown>()
  const tryTo = async (batch: readonly I[]): Promise<readonly R[]> => {
    try {
      return await ask(batch)
    } catch (error) {
      throwIfCancelled(aws.signal)
      if (batch.length > 1 && isRefusal(error))
        return (await inParallel(batch, AT_ONCE, (item) => tryTo([item]))).flat()
      for (const item of batch) failed.set(item, error)
      return []
    }
  }
  return { found: (await inParallel(batches, AT_ONCE, tryTo)).flat(), failed }
}

/** Cuts a list into batches of at most `size`. */
export const batches = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
