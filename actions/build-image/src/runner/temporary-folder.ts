import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { World } from '../../../../toolkit/runtime.ts'

/** A folder of this run's own, readable by nobody else. It is gone at the end, also when the step was killed. */
export interface TemporaryFolder {
  readonly root: string
  /** A new empty folder in it. */
  folder(name: string): Promise<string>
  /** Has something else undone at the end. What cannot be is left. */
  onDiscard(undo: () => Promise<unknown>): void
  discard(): Promise<void>
}

const STATE = 'temporary-folder'

export async function makeTemporaryFolder({ env, step }: Pick<World, 'env' | 'step'>): Promise<TemporaryFolder> {
  const root = await mkdtemp(join(env['RUNNER_TEMP'] || tmpdir(), 'slipway-build-'))
  // For the post step, in case that this one is not alive at its end.
  step.saveState(STATE, root)
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

/** Removes what a killed main step left. */
export async function removeLeftoverFolder({ step }: Pick<World, 'step'>): Promise<void> {
  const root = step.state(STATE)
  if (root !== '') await rm(root, { recursive: true, force: true })
}
