import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { errorMessage, SlipwayError } from '../../../../toolkit/errors.ts'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { Credentials } from '../registry/credentials.ts'
import { configKey } from '../registry/docker-config.ts'
import type { BuildStep } from './build-steps.ts'
import { StepTimer } from './build-steps.ts'
import { ClassicProgress, type StepImage } from './classic-progress.ts'
import { asReadable } from './docker-engine.ts'
import { EngineError, readEngineStream } from './engine-stream.ts'

/** A build with the Docker Engine API. */
export interface DockerBuild {
  /** The context, as a tar stream. */
  readonly context: Readable
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string
  readonly buildArgs: readonly Pair[]
  readonly labels: readonly Pair[]
  readonly target: string | undefined
  readonly platform: string | undefined
  readonly network: string | undefined
  readonly noCache: boolean
  readonly pull: boolean
  /** Logins for the registries of the base images, by host. They are sent in a header, never in a URL. */
  readonly logins: ReadonlyMap<string, Credentials>
  /** Called for the intermediate image of each step. */
  readonly onImage?: (image: StepImage) => void
}

export interface DockerBuildResult {
  /** The image's id in the Docker engine. */
  readonly id: string
  readonly steps: readonly BuildStep[]
}

/** Builds an image with the Docker Engine API. @throws SlipwayError with the step that failed. */
export async function buildWithDocker(
  docker: Docker,
  build: DockerBuild,
  world: Pick<World, 'clock' | 'log' | 'signal'>,
): Promise<DockerBuildResult> {
  const steps = new StepTimer(world.clock)
  const output = new ClassicProgress(world.log, steps, build.onImage)
  let id: string | undefined
  try {
    // dockerode waits without end for a context that failed before this call, for example while the logins were looked up.
    if (build.context.errored !== null) throw build.context.errored
    const answer = await docker.buildImage(build.context, buildOptions(build, world.signal))
    for await (const message of readEngineStream(asReadable(answer))) {
      if (message.stream !== undefined) output.write(message.stream)
      else if (message.status !== undefined && message.id === undefined) output.write(`${message.status}\n`)
      id = message.aux?.ID ?? id
    }
  } catch (error) {
    output.end()
    if (world.signal.aborted) throw world.signal.reason
    // After an unreadable file the connection breaks. The error must name the file, also when the engine has begun to answer.
    throw buildFailure(build.context.errored ?? error, steps.finish().at(-1)?.title)
  }
  output.end()
  // The stream may end early without an error. Only its last message says that the image exists.
  if (id === undefined) {
    throw new SlipwayError('The Docker engine ended the build without an image.', {
      hint: 'The connection was lost or the engine stopped. Run the step again; if it fails again, read the engine’s log.',
    })
  }
  return { id, steps: steps.finish() }
}

function buildOptions(build: DockerBuild, signal: AbortSignal): Docker.ImageBuildOptions {
  const { dockerfile, buildArgs, labels, target, platform, network, noCache, pull, logins } = build
  return {
    dockerfile,
    buildargs: Object.fromEntries(buildArgs.map(({ key, value }) => [key, value])),
    labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])),
    rm: true,
    forcerm: true,
    abortSignal: signal,
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform }),
    ...(network === undefined ? {} : { networkmode: network }),
    ...(noCache ? { nocache: true } : {}),
    ...(pull ? { pull } : {}),
    ...(logins.size === 0 ? {} : { registryconfig: registryConfig(logins) }),
  }
}

/**
 * The value of the header, encoded here: dockerode uses `+` and `/`, which the engine does not accept. Node leaves out the padding,
 * and without it the engine ignores the logins.
 */
function registryConfig(logins: DockerBuild['logins']): Docker.RegistryConfig {
  const config = Object.fromEntries([...logins].map(([host, login]) => [configKey(host), login]))
  const base64 = Buffer.from(JSON.stringify(config)).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
  return { base64 } as unknown as Docker.RegistryConfig
}

function buildFailure(error: unknown, step: string | undefined): SlipwayError {
  if (error instanceof SlipwayError && !(error instanceof EngineError)) return error
  const text = errorMessage(error)
  const at = step === undefined ? '' : ` at \`${step}\``
  const hint = /pull access denied|no basic auth credentials|unauthorized|manifest unknown|not found: manifest/i.test(
    text,
  )
    ? 'Check the name of the base image, and log in to its registry in an earlier step (docker/login-action).'
    : /COPY failed|ADD failed|failed to compute cache key|no such file or directory/i.test(text)
      ? 'Check that the file is in the context, and that .dockerignore does not exclude it.'
      : 'See the output of the step above. `docker build` fails in the same way.'
  return new SlipwayError(`The build failed${at}: ${text}`, { hint, cause: error })
}
