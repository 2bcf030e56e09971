import type Docker from 'dockerode'
import { asReadable } from '../engine/docker-engine.ts'
import type { Image } from '../image/image.ts'
import { baseLayersOf } from './base-layers.ts'
import { packSavedImage } from './docker-save.ts'
import type { PackRequest } from './pack-request.ts'

/** Packs an image from the archive that the Docker engine makes of it, as `docker save` does. */
export async function packFromArchive(docker: Docker, id: string, request: PackRequest): Promise<Image> {
  const { epoch, labels, temporary } = request
  const baseLayers = await baseLayersOf(docker, id, request)
  const saved = asReadable(await docker.getImage(id).get())
  return packSavedImage(saved, await temporary.folder('image'), { epoch, labels, baseLayers })
}
