import type Docker from 'dockerode'
import type { Pair } from '../../../../toolkit/inputs.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { isOnThisMachine } from '../engine/docker-engine.ts'
import { letGarbageLie } from '../engine-push/gc-tuning.ts'
import { PushedImages } from '../engine-push/pushed-images.ts'
import type { Image } from '../image/image.ts'
import { packFromArchive } from '../pack/pack-archive.ts'
import type { BuildParts } from './build.ts'

/** Takes what an engine builds out of it, in the bytes that registries get. */
export interface EnginePacker {
  /** Tells of an image that a step of the build has left: its layers are taken out while the build goes on. */
  offer(id: string): void
  pack(id: string): Promise<Image>
}

/**
 * An engine on this machine is asked to push to this process: it sends only layers that the registries lack, several side by
 * side, and those of the first steps while it is still at the later ones. Where it cannot, its archive of the image is read,
 * which has all layers each time. Either way the bytes are the same.
 */
export async function openEnginePacker(
  docker: Docker,
  labels: readonly Pair[],
  parts: BuildParts,
  world: World,
): Promise<EnginePacker> {
  const { log, env, signal } = world
  const archive = (id: string) => packFromArchive(docker, id, labels, parts)
  // An image that goes nowhere is not packed.
  const here = isOnThisMachine(env)
  if (!here || parts.destinations.length === 0) {
    return {
      offer: () => {},
      pack(id) {
        if (!here) log.info('The engine is on another machine, so its archive of the image is read.')
        return archive(id)
      },
    }
  }
  letGarbageLie()
  const pushed = await PushedImages.open(docker, labels, parts, world)
  parts.temporary.atEnd(() => pushed.close())
  return {
    offer: (id) => pushed.offer(id),
    async pack(id) {
      try {
        return await pushed.take(id)
      } catch (error) {
        if (signal.aborted) throw signal.reason
        const reason = error instanceof Error ? error.message : error
        log.info(`The engine’s archive of the image is read, as it did not push it to this step: ${reason}`)
        return archive(id)
      } finally {
        // Not waited for here; `atEnd` is. A tag that cannot be taken away, as another build uses its image, fails nothing.
        pushed.close().catch((error) => log.debug(`A tag of the push stays on the engine: ${error}`))
      }
    },
  }
}
