import { formatReference, type ImageReference } from '../../../toolkit/image-reference.ts'
import type { World } from '../../../toolkit/runtime.ts'
import { findPromoted } from './build/find-promoted.ts'
import type { Inputs } from './inputs/inputs.ts'
import { checkEcrAccount } from './publish/check-ecr-account.ts'
import { Registries } from './registry/registries.ts'

/** `promote` with `push: false`: sets the outputs of the image and copies nothing. A workflow can check early that it exists. */
export async function lookUpImage(reference: ImageReference, inputs: Inputs, world: World): Promise<void> {
  const registries = new Registries(world, inputs.login)
  await checkEcrAccount(inputs, [{ repository: reference.repository, tags: [] }], registries, world)
  const { repository, digest } = await findPromoted(reference, registries)
  const image = `${repository}@${digest}`
  world.log.info(`${formatReference(reference)} is ${image}. Nothing is copied, as \`push\` is false.`)
  world.step.output('image', image)
  world.step.output('digest', digest)
  world.step.output('images', [image])
}
