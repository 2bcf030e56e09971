import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { formatReference, formatRepository, type ImageReference } from '../image/image-reference.ts'
import { refuseOtherAccount } from '../inputs/expected-account.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { registrySource } from '../registry/copy-image.ts'
import { http } from '../registry/http.ts'
import { Registries } from '../registry/registries.ts'
import { RegistryError } from '../registry/registry-error.ts'
import type { Found } from './find-unchanged.ts'

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
      hint:
        digest === undefined
          ? 'There is no such tag. Where it says that a commit was healthy somewhere, as `stage-<commit>` does, its deploy there failed, was taken back, or is not done yet: wait until it is green, or ship the commit there first.'
          : 'Pass the output `image` of the build. In another account, its repository policy must let this role pull.',
    })
  }
  return { digest: found, source: registrySource({ registry, repository }), where: formatRepository(repository) }
}

/** `promote` without `push`: finds the image and copies nothing, so that a workflow knows early that it is there. */
export async function lookUp(reference: ImageReference, inputs: Inputs, world: World): Promise<void> {
  const registries = new Registries(world, http, inputs.login)
  await refuseOtherAccount(inputs, [{ repository: reference.repository, tags: [] }], registries, world)
  const { where, digest } = await findPromoted(reference, registries)
  const image = `${where}@${digest}`
  world.log.info(`${formatReference(reference)} is ${image}. Nothing is copied, as \`push\` is false.`)
  world.step.output('image', image)
  world.step.output('digest', digest)
  world.step.output('images', [image])
}
