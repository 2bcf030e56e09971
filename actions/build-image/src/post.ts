import type { World } from '../../../toolkit/runtime.ts'
import { removeLeftTags } from './engine-push/engine-tags.ts'
import { removeLeftTemporary } from './runner/temporary-folder.ts'

/** Logins and layers may be left on disk, and tags in the engine, when the main step was killed. */
export async function post(world: World): Promise<void> {
  await removeLeftTemporary(world)
  await removeLeftTags(world)
}
