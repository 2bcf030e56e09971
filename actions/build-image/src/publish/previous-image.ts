import { imageFacts, type PlatformImage } from '../image/platform-images.ts'
import { registrySource } from '../registry/copy-image.ts'
import type { ReadyDestination } from './preflight.ts'

/** What a moving tag stood for until now. */
export interface PreviousImage {
  readonly tag: string
  readonly digest: string
  readonly facts: readonly PlatformImage[]
}

/** The image that the first moving tag moves away from; `undefined` when no tag moves. Only told, never relied on. */
export async function previousImage(
  digest: string,
  destinations: readonly ReadyDestination[],
): Promise<PreviousImage | undefined> {
  for (const destination of destinations) {
    for (const { tag, current } of destination.tags) {
      if (current === undefined || current === digest) continue
      const facts = await imageFacts({ digest: current, source: registrySource(destination) }).catch(() => undefined)
      if (facts !== undefined) return { tag, digest: current, facts }
    }
  }
  return undefined
}
