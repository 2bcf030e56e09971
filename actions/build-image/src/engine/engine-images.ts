import type Docker from 'dockerode'
import { SlipwayError } from '../../../../toolkit/errors.ts'

/** An image in a Docker engine. */
export interface EngineImage {
  readonly os: string
  readonly architecture: string
  /** Digests of its uncompressed layers, from the bottom up. */
  readonly layers: readonly string[]
  /** Id of the image that it was built upon; '' where the engine does not know it. */
  readonly parent: string
}

/** @throws SlipwayError when the engine does not have the image. */
export async function inspectImage(docker: Docker, id: string): Promise<EngineImage> {
  const { RootFS, Os, Architecture, Parent } = await docker
    .getImage(id)
    .inspect()
    .catch((cause) => {
      throw new SlipwayError(`The image ${id} was built, but the Docker engine does not have it.`, {
        hint: 'Something may have removed it, such as `docker system prune` in another job. Run the step again.',
        cause,
      })
    })
  return { os: Os, architecture: Architecture, layers: RootFS.Layers ?? [], parent: Parent }
}

/** The first of these ids under which the engine has an image. @throws SlipwayError when it has none of them. */
export async function findImage(docker: Docker, ids: readonly string[]): Promise<string> {
  for (const id of ids) {
    const found = await inspectImage(docker, id).catch(() => undefined)
    if (found !== undefined) return id
  }
  throw new SlipwayError(`The image ${ids.join(' or ')} was built, but the Docker engine does not have it.`, {
    hint: 'The builder may belong to another engine than DOCKER_HOST names.',
  })
}
