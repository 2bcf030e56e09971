import { formatRepository } from '../../../../toolkit/image-reference.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { connectDocker } from '../engine/docker-engine.ts'
import type { Destination } from '../inputs/destinations.ts'
import type { BuiltImage } from './build-image.ts'

/** Tags a built image in the Docker engine, for later steps of the job. Returns the references. */
export async function tagInEngine(
  built: BuiltImage,
  destinations: readonly Destination[],
  { env, log }: World,
): Promise<readonly string[]> {
  const image = (await connectDocker(env)).getImage(await built.local())
  const references: string[] = []
  for (const { repository, tags } of destinations) {
    const repo = formatRepository(repository)
    for (const tag of tags) {
      await image.tag({ repo, tag })
      references.push(`${repo}:${tag}`)
      log.info(`${repo}:${tag} (in the Docker engine)`)
    }
  }
  return references
}
