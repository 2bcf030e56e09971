// A local state file that is out of Terraform's sight for a while, and comes back whatever happens.
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { World } from '../../../../toolkit/runtime.ts'

const KEPT = 'state-aside'

/** Does something while the file is out of Terraform's sight; it comes back whatever happens. */
export async function withStateAside<T>(file: string, world: World, task: () => Promise<T>): Promise<T> {
  const aside = join(dirname(file), `.${randomUUID()}.tfstate-aside`)
  world.step.saveState(KEPT, JSON.stringify({ file, aside }))
  renameSync(file, aside)
  try {
    return await task()
  } finally {
    renameSync(aside, file)
  }
}

/** Brings the file back when main was killed in between. */
export function restoreState(world: World): void {
  const kept = world.step.state(KEPT)
  if (kept === '') return
  const { file, aside } = JSON.parse(kept) as { file: string; aside: string }
  if (existsSync(aside) && !existsSync(file)) renameSync(aside, file)
}
