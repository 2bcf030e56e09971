import type { World } from '../../../toolkit/runtime.ts'
import { removeLeftoverTags } from './engine-push/engine-tags.ts'
import { removeLeftoverFolder } from './runner/temporary-folder.ts'

/** Removes what a killed main step left: logins and layers on disk, tags in the Docker engine. */
export async function post(world: World): Promise<void> {
  await removeLeftoverFolder(world)
  await removeLeftoverTags(world)
}
