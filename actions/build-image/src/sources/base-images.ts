import type Docker from 'dockerode'
import { errorMessage } from '../../../../toolkit/errors.ts'
import { requireReference } from '../../../../toolkit/image-reference.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Registries } from '../registry/registries.ts'

/** An image that the Dockerfile names, as it is now. */
export interface BaseImage {
  readonly name: string
  /** Its digest in the registry, or its id when only the Docker engine has it. */
  readonly identity: string
  /** True when the image was built on this machine and is in no registry. */
  readonly local: boolean
  /** True when the engine has an older image of this name than the registry: the build must pull. */
  readonly stale: boolean
}

/** Looks up every base image. `undefined` when one cannot be looked up: then the sources have no content hash. */
export async function resolveBases(
  images: readonly string[],
  registries: Registries,
  docker: Docker | undefined,
  log: Log,
): Promise<readonly BaseImage[] | undefined> {
  try {
    return await inParallel(images, 4, (name) => resolveBase(name, registries, docker))
  } catch (error) {
    log.info(`Cannot tell whether anything changed, as a base image could not be looked up: ${errorMessage(error)}`)
    return undefined
  }
}

async function resolveBase(name: string, registries: Registries, docker: Docker | undefined): Promise<BaseImage> {
  const { repository, tag, digest } = requireReference(name, 'file')
  if (digest !== undefined) return { name, identity: digest, local: false, stale: false }
  const local = await docker
    ?.getImage(name)
    .inspect()
    .catch(() => undefined)
  const pulled = (local?.RepoDigests ?? []).map((reference) => reference.split('@')[1] ?? '')
  // It was never pulled, so it was built on this machine.
  if (local !== undefined && pulled.length === 0) return { name, identity: local.Id, local: true, stale: false }
  const { registry } = await registries.at(repository.host)
  const identity = await registry.resolve(repository.path, tag ?? 'latest')
  if (local !== undefined && !pulled.includes(identity ?? '') && pulled.includes(local.Id)) {
    // With the containerd image store, an image that was built here has a digest too. Only the registry can tell it from a pulled one.
    const known = await Promise.all(pulled.map((digest) => registry.resolve(repository.path, digest)))
    if (known.every((one) => one === undefined)) return { name, identity: local.Id, local: true, stale: false }
  }
  if (identity === undefined) throw new Error(`${name} is not in its registry.`)
  return { name, identity, local: false, stale: local !== undefined && !pulled.includes(identity) }
}
