import { type PlatformImage, readPlatformImages } from '../image/platform-images.ts'
import { registrySource } from '../registry/copy-image.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'

/** The image that a tag stood for before this run moved it. */
export interface PreviousImage {
  readonly tag: string
  readonly digest: string
  readonly platforms: readonly PlatformImage[]
}

/** The image that the first moved tag stood for; `undefined` when no tag moves or it cannot be read. For the summary only. */
export async function previousImage(
  digest: string,
  destinations: readonly ReadyDestination[],
): Promise<PreviousImage | undefined> {
  for (const destination of destinations) {
    for (const { tag, current } of destination.tags) {
      if (current === undefined || current === digest) continue
      const platforms = await readPlatformImages({ digest: current, source: registrySource(destination) }).catch(
        () => undefined,
      )
      if (platforms !== undefined) return { tag, digest: current, platforms }
    }
  }
  return undefined
}
