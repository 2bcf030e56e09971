import type { World } from '../../../toolkit/runtime.ts'
import { removeLeftTemporary } from './temporary.ts'

/** Logins and layers may be left on disk when the main step was killed. */
export const post = (world: World): Promise<void> => removeLeftTemporary(world)
