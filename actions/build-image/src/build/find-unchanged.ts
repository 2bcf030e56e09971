import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { Image } from '../image/image.ts'
import { registrySource } from '../registry/copy-image.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'

/** An image that a registry has already. */
export interface ExistingImage extends Image {
  /** Its repository, as people write it. */
  readonly repository: string
}

/** The image that a tag stands for in the first destination that has the tag. */
export async function findUnchanged(
  tag: string,
  destinations: readonly ReadyDestination[],
): Promise<ExistingImage | undefined> {
  for (const destination of destinations) {
    const { registry, repository } = destination
    const digest = await registry.resolve(repository.path, tag)
    if (digest !== undefined)
      return { digest, source: registrySource(destination), repository: formatRepository(repository) }
  }
  return undefined
}
