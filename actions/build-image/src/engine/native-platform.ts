import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorMessage } from '../../../../toolkit/errors.ts'
import { childEnvironment } from '../../../../toolkit/process/child-environment.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import type { BuildInputs } from '../inputs/build-inputs.ts'
import { dockerConfigFolder, readDockerConfig } from '../registry/docker-config.ts'
import type { Dockerfile } from '../sources/dockerfile.ts'
import { findBuildx, inspectBuilder } from './buildx-builder.ts'
import { chooseEngine } from './choose-engine.ts'
import { connectDocker } from './docker-engine.ts'

type Builder = Pick<World, 'env' | 'query' | 'log' | 'signal'>

/**
 * The builder's own platform, which an image is built for by default. A builder on this machine has this machine's platform and
 * is not asked. Another one is asked, unless the inputs name platforms. `undefined` when it does not answer.
 */
export async function nativePlatform(
  build: BuildInputs,
  dockerfile: Dockerfile,
  world: Builder,
): Promise<string | undefined> {
  const { env, log } = world
  const remote = env['DOCKER_HOST'] ? !env['DOCKER_HOST'].startsWith('unix://') : false
  const buildx = chooseEngine(build, dockerfile).engine === 'buildx'
  if (build.platforms.length > 0 || (!remote && !(buildx && hasOwnBuilder(build, env)))) return `linux/${process.arch}`
  try {
    return await (buildx ? askBuildx(build.builder, world) : askEngine(env))
  } catch (error) {
    log.info(`Cannot read the platform of the builder: ${errorMessage(error)}`)
    return undefined
  }
}

/** Whether buildx may use another builder than the engine on this machine. */
function hasOwnBuilder({ builder }: BuildInputs, env: World['env']): boolean {
  const named = builder ?? (env['BUILDX_BUILDER'] || env['DOCKER_CONTEXT'])
  if (named !== undefined && named !== '') return true
  const context = readDockerConfig(env)['currentContext']
  return (context !== undefined && context !== '' && context !== 'default') || hasCurrentBuilder(env)
}

/** Whether `docker buildx use` selected a builder, as docker/setup-buildx-action does. */
function hasCurrentBuilder(env: World['env']): boolean {
  const folder = env['BUILDX_CONFIG'] || join(dockerConfigFolder(env), 'buildx')
  try {
    return /"Name":\s*"[^"]/.test(readFileSync(join(folder, 'current'), 'utf8'))
  } catch {
    return false
  }
}

async function askEngine(env: World['env']): Promise<string> {
  const { Os, Arch } = await (await connectDocker(env)).version()
  return `${Os}/${Arch}`
}

async function askBuildx(builder: string | undefined, { env, query, signal }: Builder): Promise<string | undefined> {
  const world = { query, signal, env: childEnvironment(env) }
  return (await inspectBuilder(await findBuildx(world), builder, world)).platform
}
