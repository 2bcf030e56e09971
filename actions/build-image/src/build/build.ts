import type { Pair } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { BuildStep } from '../engine/build-steps.ts'
import { buildWithBuildx } from '../engine/buildx-build.ts'
import { chooseEngine } from '../engine/choose-engine.ts'
import type { StepImage } from '../engine/classic-output.ts'
import { buildWithDocker } from '../engine/docker-build.ts'
import { connectDocker } from '../engine/docker-engine.ts'
import { findLogins, privateDockerConfig } from '../engine/registry-logins.ts'
import type { Image } from '../image/image.ts'
import { readLayout } from '../image/oci-layout.ts'
import { cacheImage } from '../inputs/cache-inputs.ts'
import type { BuildInputs } from '../inputs/inputs.ts'
import { findImage } from '../pack/pack-archive.ts'
import type { ReadyDestination } from '../publish/preflight.ts'
import type { Registries } from '../registry/registries.ts'
import { childEnvironment } from '../runner/child-environment.ts'
import type { Temporary } from '../runner/temporary-folder.ts'
import type { BaseImage } from '../sources/base-images.ts'
import { imageLabels } from '../sources/commit.ts'
import { stageNumber } from '../sources/dockerfile.ts'
import { packSources, type Sources } from '../sources/sources.ts'
import { openEnginePacker } from './engine-packer.ts'
import { loadImage } from './load-image.ts'

/** An image that was built just now, and is on this machine only. */
export interface Built {
  readonly engine: 'docker' | 'buildx'
  readonly steps: readonly BuildStep[]
  /** Its id in the Docker engine, which is given it if it was built elsewhere. */
  local(): Promise<string>
  /** The bytes that registries get. */
  pack(): Promise<Image>
}

export interface BuildParts {
  readonly inputs: BuildInputs
  readonly sources: Sources
  /** `undefined` when they could not be looked up. */
  readonly bases: readonly BaseImage[] | undefined
  readonly registries: Registries
  /** Where the image goes; none when it stays on this machine. */
  readonly destinations: readonly ReadyDestination[]
  /** Where layers may go while later ones are still being built. */
  readonly sendAheadTo: readonly ReadyDestination[]
  readonly temporary: Temporary
  /** Whether someone looks at the image in the engine, before or instead of pushing it. */
  readonly usedHere: boolean
}

/** Builds the image with the engine that fits, and says which and why. */
export function build(parts: BuildParts, world: World): Promise<Built> {
  const { inputs, sources, bases = [] } = parts
  const { engine, reason } = chooseEngine(inputs, sources.dockerfile)
  world.log.info(`Engine: ${engine}, as ${reason}.`)
  const stale = bases.filter((base) => base.stale).map(({ name }) => name)
  if (stale.length > 0) {
    world.log.info(`Pulling anew, as the registry has another image than this engine: ${stale.join(', ')}.`)
  }
  const pull = inputs.pull || stale.length > 0
  const labels = imageLabels(sources.commit, inputs.labels)
  return engine === 'buildx' ? withBuildx(parts, labels, pull, world) : withDocker(parts, labels, pull, world)
}

async function withDocker(parts: BuildParts, labels: readonly Pair[], pull: boolean, world: World): Promise<Built> {
  const { inputs, sources, registries, usedHere } = parts
  const { target, network, noCache, platforms } = inputs
  const docker = await connectDocker(world.env)
  const packer = await openEnginePacker(docker, labels, parts, world)
  const finalStage = stageNumber(sources.dockerfile, target)
  // Handed on only where it is asked for: the classic builder complains about arguments that nothing uses.
  const epochArg = sources.dockerfile.args.has('SOURCE_DATE_EPOCH')
    ? [{ key: 'SOURCE_DATE_EPOCH', value: String(sources.commit.epoch) }]
    : []
  const request = {
    context: packSources(sources),
    dockerfile: sources.dockerfilePath,
    buildArgs: [...epochArg, ...inputs.buildArgs],
    // Else they are put in when the image is packed, as the classic builder makes a container for each.
    labels: usedHere ? labels : [],
    target,
    platform: platforms[0],
    network,
    noCache,
    pull,
    logins: await findLogins(sources.dockerfile.images, registries),
    onImage({ id, stage, title, cached }: StepImage) {
      // Layers of other stages stay here; cached ones were most likely sent before.
      if (stage === finalStage && !cached && /^(?:RUN|COPY|ADD|WORKDIR)\s/i.test(title)) packer.offer(id)
    },
  }
  const { id, steps } = await buildWithDocker(docker, request, world)
  return { engine: 'docker', steps, local: async () => id, pack: () => packer.pack(id) }
}

async function withBuildx(parts: BuildParts, labels: readonly Pair[], pull: boolean, world: World): Promise<Built> {
  const { inputs, sources, registries, temporary } = parts
  const caches = [...inputs.cacheFrom, ...inputs.cacheTo].map(cacheImage).filter((image) => image !== undefined)
  const logins = await findLogins([...sources.dockerfile.images, ...caches], registries)
  const request = {
    inputs,
    context: packSources(sources),
    dockerfile: sources.dockerfilePath,
    labels,
    epoch: sources.commit.epoch,
    pull,
    folder: await temporary.folder('buildx'),
    env: await privateDockerConfig(logins, temporary, childEnvironment(world.env)),
  }
  const { steps, ...result } = await buildWithBuildx(request, world)
  if ('layout' in result) {
    const image = await readLayout(result.layout)
    const local = async () => loadImage(image, await connectDocker(world.env))
    return { engine: 'buildx', steps, local, pack: async () => image }
  }
  const docker = await connectDocker(world.env)
  const id = await findImage(docker, result.ids)
  const pack = async () => (await openEnginePacker(docker, labels, parts, world)).pack(id)
  return { engine: 'buildx', steps, local: async () => id, pack }
}
