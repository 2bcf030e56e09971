import { SlipwayError } from '../../../toolkit/errors.ts'
import { registrySource } from './copy-image.ts'
import type { Found } from './find-built.ts'
import { formatReference, formatRepository, type ImageReference } from './image-reference.ts'
import type { Registries } from './registries.ts'

/** Finds the image that is to be promoted. @throws SlipwayError when it is not there. */
export async function findPromoted(reference: ImageReference, registries: Registries): Promise<Found> {
  const { repository, tag, digest } = reference
  const { registry } = await registries.at(repository.host)
  const found = await registry.resolve(repository.path, digest ?? tag ?? '')
  if (found === undefined) {
    throw new SlipwayError(`The image ${formatReference(reference)} does not exist, so it cannot be promoted.`, {
      hint: 'Pass the output `image` of the build. In another account, its repository policy must let this role pull.',
    })
  }
  return { digest: found, source: registrySource({ registry, repository }), where: formatRepository(repository) }
}
