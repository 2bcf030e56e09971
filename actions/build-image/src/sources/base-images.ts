import type Docker from 'dockerode'
import { requireReference } from '../../../../toolkit/image-reference.ts'
import type { Log } from '../../../../toolkit/log.ts'
import { inParallel } from '../../../../toolkit/parallel.ts'
import type { Registries } from '../registry/registries.ts'

/** An image that the build begins with, and what it stands for right now. */
export interface BaseImage {
  readonly name: string
  /** A digest in a registry, or the id of an image that only this machine's engine has. */
  readonly identity: string
  /** Whether only this machine's engine has it. */
  readonly local: boolean
  /** Whether the engine has another image under this name than the registry: a build would use the old one. */
  readonly stale: boolean
}

/** Looks up every base. `undefined` when one cannot be known; then a build cannot be told from another by its inputs. */
export async function resolveBases(
  images: readonly string[],
  registries: Registries,
  docker: Docker | undefined,
  log: Log,
): Promise<readonly BaseImage[] | undefined> {
  try {
    return await inParallel(images, 4, (name) => resolveBase(name, registries, docker))
  } catch (error) {
    log.info(
      `A base image could not be looked up, so it is not known whether anything changed: ${error instanceof Error ? error.message : error}`,
    )
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
  // Never pulled from anywhere: built here, and only here.
  if (local !== undefined && pulled.length === 0) return { name, identity: local.Id, local: true, stale: false }
  const { registry } = await registries.at(repository.host)
  const identity = await registry.resolve(repository.path, tag ?? 'latest')
  if (local !== undefined && !pulled.includes(identity ?? '') && pulled.includes(local.Id)) {
    // An engine that keeps images in containerd has a digest for what was built here too. The registry knows what came from it.
    const known = await Promise.all(pulled.map((digest) => registry.resolve(repository.path, digest)))
    if (known.every((one) => one === undefined)) return { name, identity: local.Id, local: true, stale: false }
  }
  if (identity === undefined) throw new Error(`${name} is not in its registry.`)
  return { name, identity, local: false, stale: local !== undefined && !pulled.includes(identity) }
}
