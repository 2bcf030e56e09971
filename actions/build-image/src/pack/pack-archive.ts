import type Docker from 'dockerode'
import { SlipwayError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { BuildParts } from '../build/build.ts'
import { asReadable } from '../engine/docker-engine.ts'
import type { Image } from '../image/image.ts'
import { type BaseLayer, publishedLayers } from './base-layers.ts'
import { packImage } from './docker-save.ts'

/** Packs an image from the archive that the Docker engine makes of it, as `docker save` does. */
export async function packFromArchive(
  docker: Docker,
  id: string,
  labels: readonly Pair[],
  parts: BuildParts,
): Promise<Image> {
  const { inputs, sources, temporary } = parts
  const epoch = inputs.reproducible ? sources.commit.epoch : undefined
  const baseLayers = await baseLayersOf(docker, id, parts)
  const saved = asReadable(await docker.getImage(id).get())
  return packImage(saved, await temporary.folder('image'), { epoch, labels, baseLayers })
}

/** The layers of an image that are its base's, from the bottom up, and where they are published. */
export async function baseLayersOf(
  docker: Docker,
  id: string,
  { bases, sources, registries }: Pick<BuildParts, 'bases' | 'sources' | 'registries'>,
): Promise<readonly BaseLayer[]> {
  const platform = await inspect(docker, id)
  const count = await countBaseLayers(docker, platform.layers, sources.dockerfile.images)
  const published = count === 0 ? undefined : await publishedLayers(bases ?? [], registries, platform)
  return platform.layers.slice(0, count).map((diffId) => ({ diffId, published: published?.get(diffId) }))
}

/** The first of these ids under which the engine has an image. */
export async function findImage(docker: Docker, ids: readonly string[]): Promise<string> {
  for (const id of ids) {
    const found = await inspect(docker, id).catch(() => undefined)
    if (found !== undefined) return id
  }
  throw new SlipwayError(`The image ${ids.join(' or ')} was built, but the Docker engine does not have it.`, {
    hint: 'The builder may belong to another engine than DOCKER_HOST names.',
  })
}

/** The image that an image was built upon, in this engine; '' where it does not know any. */
export const parentOf = async (docker: Docker, id: string): Promise<string> => (await inspect(docker, id)).parent

async function inspect(docker: Docker, id: string) {
  const { RootFS, Os, Architecture, Parent } = await docker
    .getImage(id)
    .inspect()
    .catch((cause) => {
      throw new SlipwayError(`The image ${id} was built, but the Docker engine does not have it.`, {
        hint: 'Something may have removed it meanwhile, such as `docker system prune` in another job. Run the step again.',
        cause,
      })
    })
  return { os: Os, architecture: Architecture, layers: RootFS.Layers ?? [], parent: Parent }
}

/** How many of an image's layers are its base's: the longest of the Dockerfile's images that it begins with. */
async function countBaseLayers(docker: Docker, layers: readonly string[], images: readonly string[]): Promise<number> {
  const bases = await Promise.all(
    images.map((name) =>
      inspect(docker, name).then(
        (base) => base.layers,
        () => [],
      ),
    ),
  )
  const below = bases.filter((base) => base.every((layer, at) => layer === layers[at]))
  return Math.max(0, ...below.map(({ length }) => length))
}
