import type { Image } from '../image/image.ts'
import { formatRepository } from '../image/image-reference.ts'
import type { ReadyDestination } from '../publish/preflight.ts'
import { registrySource } from '../registry/copy-image.ts'

/** An image that a registry has already, and where. */
export interface Found extends Image {
  readonly where: string
}

/** Looks in the destinations for an image under a tag; the first that has it will do for all. */
export async function findBuilt(tag: string, destinations: readonly ReadyDestination[]): Promise<Found | undefined> {
  for (const destination of destinations) {
    const { registry, repository } = destination
    const digest = await registry.resolve(repository.path, tag)
    if (digest !== undefined)
      return { digest, source: registrySource(destination), where: formatRepository(repository) }
  }
  return undefined
}
