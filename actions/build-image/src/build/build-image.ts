import type { Pair } from '../../../../toolkit/inputs.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { proxyArguments } from '../engine/build-proxies.ts'
import type { BuildStep } from '../engine/build-steps.ts'
import { buildWithBuildx } from '../engine/buildx-build.ts'
import { chooseEngine } from '../engine/choose-engine.ts'
import type { StepImage } from '../engine/classic-progress.ts'
import { buildWithDocker } from '../engine/docker-build.ts'
import { connectDocker } from '../engine/docker-engine.ts'
import { findImage } from '../engine/engine-images.ts'
import { findLogins, privateDockerConfig } from '../engine/registry-logins.ts'
import type { Image } from '../image/image.ts'
import { readLayout } from '../image/oci-layout.ts'
import type { BuildInputs } from '../inputs/build-inputs.ts'
import { cacheImage } from '../inputs/cache-inputs.ts'
import type { PackRequest } from '../pack/pack-request.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { Registries } from '../registry/registries.ts'
import type { TemporaryFolder } from '../runner/temporary-folder.ts'
import type { BaseImage } from '../sources/base-images.ts'
import { imageLabels } from '../sources/commit.ts'
import { stageIndex } from '../sources/dockerfile.ts'
import { packSources, type Sources } from '../sources/sources.ts'
import { openEnginePacker } from './engine-packer.ts'
import { loadImage } from './load-image.ts'

/** An image that this step built. It is on this machine only. */
export interface BuiltImage {
  readonly engine: 'docker' | 'buildx'
  readonly steps: readonly BuildStep[]
  /** The image's id in the Docker engine. An image that was built elsewhere is loaded into the engine first. */
  local(): Promise<string>
  /** The image in the bytes that registries get. */
  pack(): Promise<Image>
}

export interface BuildRequest {
  readonly inputs: BuildInputs
  readonly sources: Sources
  /** The images that the Dockerfile names, as their registries have them now; `undefined` when one could not be looked up. */
  readonly bases: readonly BaseImage[] | undefined
  readonly registries: Registries
  /** Where the image is pushed to. Empty when it stays on this machine. */
  readonly destinations: readonly ReadyDestination[]
  /** Destinations that may get layers while later ones are still being built. */
  readonly sendAheadTo: readonly ReadyDestination[]
  readonly temporary: TemporaryFolder
  /** Whether the image is used in the Docker engine: by `test-command`, or because it is not pushed. */
  readonly usedHere: boolean
}

/** Builds the image with Docker's classic builder or with buildx, and logs which and why. */
export function buildImage(request: BuildRequest, world: World): Promise<BuiltImage> {
  const { inputs, sources, bases = [] } = request
  const { engine, reason } = chooseEngine(inputs, sources.dockerfile)
  world.log.info(`Engine: ${engine} (${reason}).`)
  const stale = bases.filter((base) => base.stale).map(({ name }) => name)
  if (stale.length > 0) {
    world.log.info(`Pulling, as the registry has a newer image than this engine: ${stale.join(', ')}`)
  }
  const pull = inputs.pull || stale.length > 0
  const labels = imageLabels(sources.commit, inputs.labels)
  return engine === 'buildx' ? withBuildx(request, labels, pull, world) : withDocker(request, labels, pull, world)
}

async function withDocker(
  request: BuildRequest,
  labels: readonly Pair[],
  pull: boolean,
  world: World,
): Promise<BuiltImage> {
  const { inputs, sources, registries, usedHere } = request
  const { target, network, noCache, platforms } = inputs
  const docker = await connectDocker(world.env)
  const packer = await openEnginePacker(docker, packRequest(request, labels), world)
  const finalStage = stageIndex(sources.dockerfile, target)
  // Passed only when the Dockerfile declares it: the classic builder warns about arguments that are not used.
  const epochArg = sources.dockerfile.args.has('SOURCE_DATE_EPOCH')
    ? [{ key: 'SOURCE_DATE_EPOCH', value: String(sources.commit.epoch) }]
    : []
  const dockerBuild = {
    context: packSources(sources),
    dockerfile: sources.dockerfilePath,
    buildArgs: [...epochArg, ...proxyArguments(inputs.buildArgs, world), ...inputs.buildArgs],
    // Otherwise they are set when the image is packed: the classic builder starts a container for each label.
    labels: usedHere ? labels : [],
    target,
    platform: platforms[0],
    network,
    noCache,
    pull,
    logins: await findLogins(sources.dockerfile.images, registries),
    onImage(image: StepImage) {
      if (hasNewLayer(image, finalStage)) packer.packAhead(image.id)
    },
  }
  const { id, steps } = await buildWithDocker(docker, dockerBuild, world)
  return { engine: 'docker', steps, local: async () => id, pack: () => packer.pack(id) }
}

/** Whether a step made a layer that must be pushed. Those of other stages are not, and a cached one most likely was by an earlier run. */
export const hasNewLayer = ({ stage, title, cached }: StepImage, finalStage: number): boolean =>
  stage === finalStage && !cached && /^(?:RUN|COPY|ADD|WORKDIR)\s/i.test(title)

async function withBuildx(
  request: BuildRequest,
  labels: readonly Pair[],
  pull: boolean,
  world: World,
): Promise<BuiltImage> {
  const { inputs, sources, registries, temporary } = request
  const caches = [...inputs.cacheFrom, ...inputs.cacheTo].map(cacheImage).filter((image) => image !== undefined)
  const logins = await findLogins([...sources.dockerfile.images, ...caches], registries)
  const buildxBuild = {
    inputs,
    context: packSources(sources),
    dockerfile: sources.dockerfilePath,
    labels,
    epoch: sources.commit.epoch,
    pull,
    folder: await temporary.folder('buildx'),
    env: await privateDockerConfig(logins, temporary, childEnvironment(world.env)),
  }
  const { steps, output } = await buildWithBuildx(buildxBuild, world)
  if (output.kind === 'layout') {
    const image = await readLayout(output.folder)
    const local = async () => loadImage(image, await connectDocker(world.env))
    return { engine: 'buildx', steps, local, pack: async () => image }
  }
  const docker = await connectDocker(world.env)
  const id = await findImage(docker, output.ids)
  const pack = async () => (await openEnginePacker(docker, packRequest(request, labels), world)).pack(id)
  return { engine: 'buildx', steps, local: async () => id, pack }
}

const packRequest = (request: BuildRequest, labels: readonly Pair[]): PackRequest => ({
  ...request,
  labels,
  epoch: request.inputs.reproducible ? request.sources.commit.epoch : undefined,
  dockerfileImages: request.sources.dockerfile.images,
})
