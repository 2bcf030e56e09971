import { SlipwayError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { Built } from './build.ts'
import type { Destination } from './destinations.ts'
import { connectDocker } from './docker-engine.ts'
import { formatRepository } from './image-reference.ts'

/** Gives a built image its tags in the Docker engine, for the steps that follow. Returns the references. */
export async function keepLocally(
  { id }: Built,
  destinations: readonly Destination[],
  { env, log }: World,
): Promise<readonly string[]> {
  if (id === undefined) {
    throw new SlipwayError('The image was built, but this builder does not leave it in the Docker engine.', {
      hint: 'Without `push` leave `builder` out, or run no docker/setup-buildx-action before this step.',
    })
  }
  const image = (await connectDocker(env)).getImage(id)
  const references: string[] = []
  for (const { repository, tags } of destinations) {
    for (const tag of tags) {
      await image.tag({ repo: formatRepository(repository), tag })
      references.push(`${formatRepository(repository)}:${tag}`)
      log.info(`${formatRepository(repository)}:${tag} (on this machine)`)
    }
  }
  return references
}
