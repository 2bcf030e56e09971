import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ownFolder, temporaryParent } from '../../../../toolkit/runner/own-folder.ts'
import type { World } from '../../../../toolkit/runtime.ts'

/** A temporary folder that only this user can read. It is removed at the end of the step, by the post step if this one is killed. */
export interface TemporaryFolder {
  readonly root: string
  /** Creates a folder in it. */
  folder(name: string): Promise<string>
  /** Registers a clean-up for `discard`. Its failure is ignored. */
  onDiscard(undo: () => Promise<unknown>): void
  discard(): Promise<void>
}

/** The key of its path in the state. */
export const FOLDER_STATE = 'temporary-folder'
const PREFIX = 'slipway-build-'

export async function makeTemporaryFolder({ env, step }: Pick<World, 'env' | 'step'>): Promise<TemporaryFolder> {
  const root = await mkdtemp(join(temporaryParent(env), PREFIX))
  // For the post step, which removes the folder when this step was killed.
  step.saveState(FOLDER_STATE, root)
  const undos: (() => Promise<unknown>)[] = []
  return {
    root,
    async folder(name) {
      const path = join(root, name)
      await mkdir(path)
      return path
    },
    onDiscard: (undo) => void undos.push(undo),
    async discard() {
      await Promise.allSettled(undos.map((undo) => undo()))
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Removes the folder that a killed main step left. */
export async function removeLeftoverFolder(world: Pick<World, 'env' | 'log' | 'step'>): Promise<void> {
  const undone = 'does not remove the logins and layers of the step'
  const root = ownFolder(world.step.state(FOLDER_STATE), world, { prefix: PREFIX, undone })
  if (root !== '') await rm(root, { recursive: true, force: true })
}
