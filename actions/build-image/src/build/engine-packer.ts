import type Docker from 'dockerode'
import { errorMessage } from '../../../../toolkit/errors.ts'
import type { World } from '../../../../toolkit/runtime.ts'
import { isOnThisMachine } from '../engine/docker-engine.ts'
import { tuneGarbageCollection } from '../engine-push/gc-tuning.ts'
import { PushedImages } from '../engine-push/pushed-images.ts'
import type { Image } from '../image/image.ts'
import { packFromArchive } from '../pack/engine-archive.ts'
import type { PackRequest } from '../pack/pack-request.ts'

/** Takes a built image out of the Docker engine, in the bytes that registries get. */
export interface EnginePacker {
  /** Takes an intermediate image's layers out of the engine while the build continues. */
  packAhead(id: string): void
  pack(id: string): Promise<Image>
}

/**
 * An engine on this machine pushes the image to this process: it sends only layers that the registries lack, several in
 * parallel, and those of the first steps while it builds the later ones. Where it cannot, this process reads the engine's
 * archive of the image, which has all layers each time. Both ways give the same bytes.
 */
export async function openEnginePacker(docker: Docker, request: PackRequest, world: World): Promise<EnginePacker> {
  const { log, env, signal } = world
  const archive = (id: string) => packFromArchive(docker, id, request)
  const here = isOnThisMachine(env)
  // An image without a destination is not packed.
  if (!here || request.destinations.length === 0) {
    return {
      packAhead: () => {},
      pack(id) {
        if (!here) log.info('The Docker engine is on another machine, so its archive of the image is read.')
        return archive(id)
      },
    }
  }
  tuneGarbageCollection()
  const pushed = await PushedImages.open(docker, request, world)
  request.temporary.onDiscard(() => pushed.close())
  return {
    packAhead: (id) => pushed.pushAhead(id),
    async pack(id) {
      try {
        return await pushed.push(id)
      } catch (error) {
        if (signal.aborted) throw signal.reason
        const reason = errorMessage(error)
        log.info(`The engine did not push the image to this step, so its archive of the image is read: ${reason}`)
        return archive(id)
      } finally {
        // Not awaited here: `onDiscard` does. A tag that cannot be removed, as another build uses its image, is no failure.
        pushed.close().catch((error) => log.debug(`A tag of the push stays in the engine: ${error}`))
      }
    },
  }
}
