import { randomUUID } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { World } from '../../../../toolkit/runtime.ts'

const KEPT = 'state-aside'

/** Runs a task while the local state file has another name, so that Terraform does not see it. The file always gets its name back. */
export async function withStateAside<T>(world: World, file: string, task: () => Promise<T>): Promise<T> {
  const aside = join(dirname(file), `.${randomUUID()}.tfstate-aside`)
  world.step.saveState(KEPT, JSON.stringify({ file, aside }))
  renameSync(file, aside)
  try {
    return await task()
  } finally {
    renameSync(aside, file)
  }
}

/** Gives the file its name back when main was killed in between. */
export function restoreStateFile(world: World): void {
  const kept = world.step.state(KEPT)
  if (kept === '') return
  const { file, aside } = JSON.parse(kept) as { file: string; aside: string }
  if (existsSync(aside) && !existsSync(file)) renameSync(aside, file)
}
