import type Docker from 'dockerode'
import type { World } from '../../../../toolkit/runtime.ts'
import { connectDocker } from '../engine/docker-engine.ts'
import { nativePlatform } from '../engine/native-platform.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { ReadyDestination } from '../registry/ready-destination.ts'
import type { Registries } from '../registry/registries.ts'
import type { Stages } from '../runner/stages.ts'
import type { TemporaryFolder } from '../runner/temporary-folder.ts'
import { type BaseImage, resolveBases } from '../sources/base-images.ts'
import { contentHash, contentTag } from '../sources/content-hash.ts'
import type { Sources } from '../sources/sources.ts'
import { type BuiltImage, buildImage } from './build-image.ts'
import { type ExistingImage, findUnchanged } from './find-unchanged.ts'

/** Where the image comes from. `contentHash` is the hash of its sources, where that is known. */
export type BuildOutcome = { readonly contentHash: string | undefined } & (
  | { readonly kind: 'built'; readonly built: BuiltImage }
  /** A registry has an image of the same sources. */
  | { readonly kind: 'skipped'; readonly existing: ExistingImage }
  | { readonly kind: 'promoted'; readonly existing: ExistingImage }
)

export interface BuildOrReuseRequest {
  readonly sources: Sources
  readonly inputs: Inputs
  readonly destinations: readonly ReadyDestination[]
  readonly registries: Registries
  readonly stages: Stages
  readonly temporary: TemporaryFolder
}

/** Builds the image, unless a destination has one that was built from the same sources. */
export async function buildOrReuse(request: BuildOrReuseRequest, world: World): Promise<BuildOutcome> {
  const { sources, inputs, destinations, registries, stages, temporary } = request
  const { bases, hash } = await stages.run('Hash the sources', () => hashSources(request, world))
  if (hash !== undefined && inputs.skipUnchanged) {
    const tag = contentTag(hash)
    const found = await stages.run('Look for an image of these sources', () => findUnchanged(tag, destinations))
    if (found !== undefined) {
      world.log.info(`${found.repository}:${tag} was built from the same sources: ${found.digest}. Nothing to build.`)
      return { kind: 'skipped', existing: found, contentHash: hash }
    }
    world.log.info(`No image has the tag ${tag} yet.`)
  }
  const buildRequest = {
    inputs: inputs.build,
    sources,
    bases,
    registries,
    destinations,
    sendAheadTo: mayBeHeldBack(inputs, destinations) ? [] : destinations,
    temporary,
    usedHere: !inputs.push || inputs.testCommand !== undefined,
  }
  const built = await stages.run('Build', () => buildImage(buildRequest, world))
  return { kind: 'built', built, contentHash: hash }
}

/** Whether the push may still be refused once the whole image is known. Then none of its layers may be sent ahead. */
export const mayBeHeldBack = (
  { testCommand, maxSize }: Pick<Inputs, 'testCommand' | 'maxSize'>,
  destinations: readonly Pick<ReadyDestination, 'tags'>[],
): boolean =>
  testCommand !== undefined ||
  maxSize !== undefined ||
  destinations.some(({ tags }) => tags.some(({ current, immutable }) => immutable && current !== undefined))

interface Hashed {
  readonly bases: readonly BaseImage[] | undefined
  /** `undefined` when the build depends on something unknown, or when the image is not pushed. */
  readonly hash: string | undefined
}

async function hashSources(
  { sources: { dockerfile, context }, inputs, registries }: BuildOrReuseRequest,
  world: World,
): Promise<Hashed> {
  if (!inputs.push) return { bases: undefined, hash: undefined }
  const { images, unknown } = dockerfile
  // A base image may exist in this engine only. But finding out that nothing has changed needs no engine.
  const docker: Docker | undefined =
    images.length === 0 ? undefined : await connectDocker(world.env).catch(() => undefined)
  const bases = await resolveBases(images, registries, docker, world.log)
  if (bases === undefined) return { bases, hash: undefined }
  for (const { name, identity } of bases) world.log.info(`Base: ${name} is ${identity}`)
  if (unknown !== undefined) {
    if (inputs.skipUnchanged) {
      world.log.info(`Always built: this instruction reads content that is not known beforehand: ${unknown}`)
    }
    return { bases, hash: undefined }
  }
  const platform = await nativePlatform(inputs.build, dockerfile, world)
  const hash = platform && (await contentHash(inputs.build, dockerfile, context, bases, inputs.testCommand, platform))
  return { bases, hash }
}
