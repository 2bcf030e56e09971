import type { World } from '../../../toolkit/runtime.ts'
import { removeLeftoverTags } from './engine-push/engine-tags.ts'
import { removeLeftoverFolder } from './runner/temporary-folder.ts'

/** Logins and layers may be left on disk, and tags in the engine, when the main step was killed. */
export async function post(world: World): Promise<void> {
  await removeLeftoverFolder(world)
  await removeLeftoverTags(world)
}
