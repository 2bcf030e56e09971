import type Docker from 'dockerode'
import { SlipwayError } from '../../../toolkit/errors.ts'
import type { World } from '../../../toolkit/runtime.ts'
import type { BaseImage } from './base-images.ts'
import type { BuildStep } from './build-steps.ts'
import { buildWithBuildx } from './buildx.ts'
import { childEnvironment } from './child-environment.ts'
import { imageLabels } from './commit.ts'
import { buildWithDocker } from './docker-build.ts'
import { asReadable, connectDocker } from './docker-engine.ts'
import { chooseEngine } from './engine.ts'
import { parseReference } from './image-reference.ts'
import type { Image } from './image-source.ts'
import type { BuildInputs } from './inputs.ts'
import { readLayout } from './oci-layout.ts'
import { type Logins, privateDockerConfig } from './private-docker-config.ts'
import type { Registries } from './registries.ts'
import { packImage } from './saved-image.ts'
import { packSources, type Sources } from './sources.ts'
import type { Temporary } from './temporary.ts'

/** An image that was built just now, and is on this machine only. */
export interface Built {
  readonly engine: 'docker' | 'buildx'
  readonly steps: readonly BuildStep[]
  /** Its id in the Docker engine; `undefined` when a builder of its own built it. */
  readonly id: string | undefined
  /** The bytes that registries get. */
  pack(): Promise<Image>
}

export interface BuildParts {
  readonly inputs: BuildInputs
  readonly sources: Sources
  readonly bases: readonly BaseImage[]
  readonly registries: Registries
  readonly temporary: Temporary
}

/** Builds the image with the engine that fits, and says which and why. */
export async function build(parts: BuildParts, world: World): Promise<Built> {
  const { inputs, sources, bases, registries, temporary } = parts
  const { engine, reason } = chooseEngine(inputs, sources.dockerfile)
  world.log.info(`Engine: ${engine}, as ${reason}.`)
  const stale = bases.filter((base) => base.stale).map(({ name }) => name)
  if (stale.length > 0)
    world.log.info(`Pulling anew, as the registry has another image than this engine: ${stale.join(', ')}.`)
  const pull = inputs.pull || stale.length > 0
  const labels = imageLabels(sources.commit, inputs.labels)
  const logins = await findLogins(sources.dockerfile.images, registries)
  const epoch = inputs.reproducible ? sources.commit.epoch : undefined

  if (engine === 'buildx') {
    const result = await buildWithBuildx(
      {
        inputs,
        context: packSources(sources),
        dockerfile: sources.dockerfilePath,
        labels,
        epoch: sources.commit.epoch,
        pull,
        folder: await temporary.folder('buildx'),
        env: await privateDockerConfig(logins, temporary, childEnvironment(world.env)),
      },
      world,
    )
    if ('layout' in result) return { engine, steps: result.steps, id: undefined, pack: () => readLayout(result.layout) }
    const docker = await connectDocker(world.env)
    return { engine, ...result, pack: () => packFromEngine(docker, result.id, epoch, sources, temporary) }
  }

  const docker = await connectDocker(world.env)
  const { target, network, noCache, cacheFrom, platforms } = inputs
  // Handed on only where it is asked for: the classic builder complains about arguments that nothing uses.
  const epochArg = sources.dockerfile.args.has('SOURCE_DATE_EPOCH')
    ? [{ key: 'SOURCE_DATE_EPOCH', value: String(sources.commit.epoch) }]
    : []
  const { id, steps } = await buildWithDocker(
    docker,
    {
      context: packSources(sources),
      dockerfile: sources.dockerfilePath,
      buildArgs: [...epochArg, ...inputs.buildArgs],
      labels,
      target,
      platform: platforms[0],
      network,
      noCache,
      pull,
      cacheFrom: cacheFrom.map((source) => source.replace(/^type=registry,ref=/, '')),
      logins,
    },
    world,
  )
  return { engine, steps, id, pack: () => packFromEngine(docker, id, epoch, sources, temporary) }
}

async function packFromEngine(
  docker: Docker,
  id: string,
  epoch: number | undefined,
  sources: Sources,
  temporary: Temporary,
): Promise<Image> {
  const baseLayers = await countBaseLayers(docker, id, sources.dockerfile.images)
  const saved = asReadable(await docker.getImage(id).get())
  return packImage(saved, await temporary.folder('image'), { epoch, baseLayers })
}

/** How many of an image's layers are its base's: the longest of the Dockerfile's images that it begins with. */
async function countBaseLayers(docker: Docker, id: string, images: readonly string[]): Promise<number> {
  const layersOf = async (name: string): Promise<readonly string[]> =>
    docker
      .getImage(name)
      .inspect()
      .then(({ RootFS }) => RootFS?.Layers ?? [])
  const layers = await layersOf(id).catch((cause) => {
    throw new SlipwayError(`The image ${id} was built, but the Docker engine does not have it.`, { cause })
  })
  const bases = await Promise.all(images.map((name) => layersOf(name).catch(() => [])))
  return Math.max(
    0,
    ...bases.filter((base) => base.every((layer, at) => layer === layers[at])).map(({ length }) => length),
  )
}

/** Logins for the registries that bases come from, each for its own host. */
async function findLogins(images: readonly string[], registries: Registries): Promise<Logins> {
  const hosts = new Set(images.map((image) => parseReference(image, 'file').repository.host))
  const logins = new Map()
  for (const host of hosts) {
    const login = await (await registries.at(host)).credentials()
    if (login !== undefined) logins.set(host, { username: login.username, password: login.password })
  }
  return logins
}
