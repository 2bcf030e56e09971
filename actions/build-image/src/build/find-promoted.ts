import { SlipwayError } from '../../../../toolkit/errors.ts'
import { formatReference, formatRepository, type ImageReference } from '../../../../toolkit/image-reference.ts'
import { registrySource } from '../registry/copy-image.ts'
import type { Registries } from '../registry/registries.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { ExistingImage } from './find-unchanged.ts'

/** Finds the image that the input `promote` names. @throws SlipwayError when it does not exist or may not be read. */
export async function findPromoted(reference: ImageReference, registries: Registries): Promise<ExistingImage> {
  const { repository, tag, digest } = reference
  const { registry } = await registries.at(repository.host)
  const found = await registry.resolve(repository.path, digest ?? tag ?? '').catch((cause) => {
    if (!(cause instanceof RegistryError) || cause.status !== 403) throw cause
    throw new SlipwayError(`Cannot promote ${formatReference(reference)}: the registry denies reading it.`, {
      hint: 'Both sides must allow it: the repository’s policy this account, and this role’s policy that repository.',
      cause,
    })
  })
  if (found === undefined) {
    throw new SlipwayError(`Cannot promote ${formatReference(reference)}: the image does not exist.`, {
      hint:
        digest === undefined
          ? 'There is no such tag. A tag such as `stage-<commit>` is set once the deploy of that commit to stage is healthy. That deploy failed, was rolled back or still runs: wait until it is green, or deploy the commit to stage first.'
          : 'Pass the output `image` of the build. In another account, its repository policy must let this role pull.',
    })
  }
  return { digest: found, source: registrySource({ registry, repository }), repository: formatRepository(repository) }
}
