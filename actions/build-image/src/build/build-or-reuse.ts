import type Docker from 'dockerode'
import type { World } from '../../../../toolkit/runtime.ts'
import { connectDocker } from '../engine/docker-engine.ts'
import { nativePlatform } from '../engine/native-platform.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { ReadyDestination } from '../publish/preflight.ts'
import type { Registries } from '../registry/registries.ts'
import type { Stages } from '../runner/stages.ts'
import type { Temporary } from '../runner/temporary-folder.ts'
import { type BaseImage, resolveBases } from '../sources/base-images.ts'
import { contentHash, contentTag } from '../sources/content-hash.ts'
import type { Sources } from '../sources/sources.ts'
import { type Built, build } from './build.ts'
import { type Found, findBuilt } from './find-unchanged.ts'

/** Where the image comes from: it was there, or it was built just now. */
export type Obtained = { readonly contentHash: string | undefined } & (
  | { readonly found: Found; readonly built?: undefined }
  | { readonly built: Built; readonly found?: undefined }
)

export interface ObtainParts {
  /** An image that exists, or what one is to be made of. */
  readonly wanted: Found | Sources
  readonly inputs: Inputs
  readonly destinations: readonly ReadyDestination[]
  readonly registries: Registries
  readonly stages: Stages
  readonly temporary: Temporary
}

/** Gets the image in the cheapest way that is sure: the one that is to be promoted, the one built before, or a new one. */
export async function obtainImage(parts: ObtainParts, world: World): Promise<Obtained> {
  const { wanted, inputs, destinations, registries, stages, temporary } = parts
  if ('digest' in wanted) return { found: wanted, contentHash: undefined }
  const { bases, hash } = await stages.run('Hash what it is built of', () => hashSources(wanted, parts, world))
  if (hash !== undefined && inputs.skipUnchanged) {
    const tag = contentTag(hash)
    const found = await stages.run('Look for an image of these sources', () => findBuilt(tag, destinations))
    if (found !== undefined) {
      world.log.info(`${found.where}:${tag} was built from the same sources: ${found.digest}. Nothing to build.`)
      return { found, contentHash: hash }
    }
    world.log.info(`There is no ${tag} yet.`)
  }
  const usedHere = !inputs.push || inputs.testCommand !== undefined
  const request = {
    inputs: inputs.build,
    sources: wanted,
    bases,
    registries,
    destinations,
    sendAheadTo: mayBeHeldBack(inputs, destinations) ? [] : destinations,
    temporary,
    usedHere,
  }
  const built = await stages.run('Build', () => build(request, world))
  return { built, contentHash: hash }
}

/** Whether something that is known of the whole image only may keep it from being pushed: then nothing of it is. */
const mayBeHeldBack = ({ testCommand, maxSize }: Inputs, destinations: readonly ReadyDestination[]): boolean =>
  testCommand !== undefined ||
  maxSize !== undefined ||
  destinations.some(({ tags }) => tags.some(({ current, immutable }) => immutable && current !== undefined))

interface Hashed {
  readonly bases: readonly BaseImage[] | undefined
  /** `undefined` when it is not known what the build would depend on, or when nobody wants to know. */
  readonly hash: string | undefined
}

async function hashSources(
  { dockerfile, context }: Sources,
  { inputs, registries }: ObtainParts,
  world: World,
): Promise<Hashed> {
  if (!inputs.push) return { bases: undefined, hash: undefined }
  const { images, unknown } = dockerfile
  // An image may exist on this machine only; but no engine is needed to find out that there is nothing to build.
  const docker: Docker | undefined =
    images.length === 0 ? undefined : await connectDocker(world.env).catch(() => undefined)
  const bases = await resolveBases(images, registries, docker, world.log)
  if (bases === undefined) return { bases, hash: undefined }
  for (const { name, identity } of bases) world.log.info(`Base: ${name} is ${identity}`)
  if (unknown !== undefined) {
    if (inputs.skipUnchanged) {
      world.log.info(`It is not known beforehand what this takes in, so the image is always built: ${unknown}`)
    }
    return { bases, hash: undefined }
  }
  const platform = await nativePlatform(inputs.build, dockerfile, world)
  const hash = platform && (await contentHash(inputs.build, dockerfile, context, bases, inputs.testCommand, platform))
  return { bases, hash }
}
