/** Runs `task` on every item, `width` at a time, and gives the results in the items' order. The first error ends it. */
export async function inParallel<T, R>(
  width: number,
  items: readonly T[],
  task: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  let failed = false
  const worker = async () => {
    for (const [at, item] of queue) {
      if (failed) return
      try {
        results[at] = await task(item, at)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}
