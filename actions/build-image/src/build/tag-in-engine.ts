import type { World } from '../../../../toolkit/runtime.ts'
import { connectDocker } from '../engine/docker-engine.ts'
import { formatRepository } from '../image/image-reference.ts'
import type { Destination } from '../inputs/destinations.ts'
import type { Built } from './build.ts'

/** Gives a built image its tags in the Docker engine, for the steps that follow. Returns the references. */
export async function keepLocally(
  built: Built,
  destinations: readonly Destination[],
  { env, log }: World,
): Promise<readonly string[]> {
  const image = (await connectDocker(env)).getImage(await built.local())
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
