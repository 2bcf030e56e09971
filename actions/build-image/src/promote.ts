import { SlipwayError } from '../../../toolkit/errors.ts'
import { registrySource } from './copy-image.ts'
import type { Found } from './find-built.ts'
import { formatReference, formatRepository, type ImageReference } from './image-reference.ts'
import type { Registries } from './registries.ts'
import { RegistryError } from './registry-error.ts'

/** Finds the image that is to be promoted. @throws SlipwayError when it is not there. */
export async function findPromoted(reference: ImageReference, registries: Registries): Promise<Found> {
  const { repository, tag, digest } = reference
  const { registry } = await registries.at(repository.host)
  const found = await registry.resolve(repository.path, digest ?? tag ?? '').catch((cause) => {
    if (!(cause instanceof RegistryError) || cause.status !== 403) throw cause
    throw new SlipwayError(`The image ${formatReference(reference)} may not be read, so it cannot be promoted.`, {
      hint: 'Both sides must allow it: the policy of its repository this account, and the policy of this role that repository.',
      cause,
    })
  })
  if (found === undefined) {
    throw new SlipwayError(`The image ${formatReference(reference)} does not exist, so it cannot be promoted.`, {
      hint: 'Pass the output `image` of the build. In another account, its repository policy must let this role pull.',
    })
  }
  return { digest: found, source: registrySource({ registry, repository }), where: formatRepository(repository) }
}
